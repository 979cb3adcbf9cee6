"""Answers into events: what is new, its score, its flag, its story."""
