"""Who comes in, and how: sessions, tokens, limits."""
