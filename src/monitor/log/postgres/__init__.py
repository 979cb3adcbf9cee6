"""The log in PostgreSQL, shared by any number of workers."""
