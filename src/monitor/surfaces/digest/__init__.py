"""The daily digest and the immediate alert: gathered once, rendered in four forms, sent once."""
