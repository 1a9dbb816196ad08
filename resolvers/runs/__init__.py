"""Runs: queries, mutations, streams."""
