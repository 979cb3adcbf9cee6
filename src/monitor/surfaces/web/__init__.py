"""The triage page and its API."""
