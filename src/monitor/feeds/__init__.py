"""Source to entries: configuration, schedule, fetch, parse and identity."""
