"""Commands that tell others."""
