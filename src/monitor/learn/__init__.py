"""Labels to a better model."""
