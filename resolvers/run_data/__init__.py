"""Run data: mutations and loaders."""
