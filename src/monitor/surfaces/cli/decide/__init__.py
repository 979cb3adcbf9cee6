"""Commands of a person who reads and decides."""
