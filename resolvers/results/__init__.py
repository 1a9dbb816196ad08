"""Results: mutations, loaders, subscription."""
