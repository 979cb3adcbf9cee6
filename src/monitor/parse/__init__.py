"""The bytes of a feed to entries."""
