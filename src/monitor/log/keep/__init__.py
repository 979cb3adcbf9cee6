"""Keeping a log and letting go of texts: backup, restore, export, moving, erasure."""
