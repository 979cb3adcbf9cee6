"""The log in one SQLite file: its store, its tables, its connections, and its full verification."""
