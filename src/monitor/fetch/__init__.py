"""Requests to answers: other people's servers, met carefully."""
