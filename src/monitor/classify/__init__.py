"""Words to a score with reasons."""
