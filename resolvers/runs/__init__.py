"""Runs: queries, mutations, loaders, subscriptions."""
