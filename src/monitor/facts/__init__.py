"""Entry or story to a plot card with its evidence."""
