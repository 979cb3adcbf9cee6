"""Commands that keep, prove and move the log."""
