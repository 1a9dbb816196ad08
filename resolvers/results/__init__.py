"""Results: mutations and loaders."""
