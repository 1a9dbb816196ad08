"""Views: mutations, loaders, and the shapes of what they hold."""
