"""A file for each field of a plot card: what a report says of it."""
