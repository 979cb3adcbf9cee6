"""The casebook: a static site of confirmed cases, made from the log alone, the same bytes from the same log."""
