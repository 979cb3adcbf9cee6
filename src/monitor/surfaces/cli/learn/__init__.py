"""Commands about models and what they miss."""
