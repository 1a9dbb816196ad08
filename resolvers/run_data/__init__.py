"""Run data: mutations, loaders, subscription."""
