"""Costs of documents."""
