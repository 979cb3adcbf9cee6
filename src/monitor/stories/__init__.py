"""Entries to stories, and who published them."""
