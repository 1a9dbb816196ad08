"""Batch loaders."""
