"""Plans: mutations and loaders."""
