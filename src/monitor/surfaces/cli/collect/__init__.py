"""Commands about what is watched, and the tick."""
