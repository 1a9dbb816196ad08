"""Helpers that tests and benchmarks share: servers, databases, clients and data."""
