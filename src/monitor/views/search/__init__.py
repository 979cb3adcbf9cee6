"""Full-text search over everything collected: words, the query language, the index, and what is found."""
