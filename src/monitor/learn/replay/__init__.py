"""Labelled streams and pools replayed through the real code: what a change would have been worth."""
