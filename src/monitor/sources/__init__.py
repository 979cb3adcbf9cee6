"""The kinds of source: an answer to entries, be it a feed, a sitemap, a page that lists, or a list in JSON."""
