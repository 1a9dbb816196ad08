"""Agent runtimes: mutations and loaders."""
