"""Jobs: mutations and loaders."""
