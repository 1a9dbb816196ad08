"""Requests over HTTP: what comes in, what is refused, and what kind of answer is wanted."""
