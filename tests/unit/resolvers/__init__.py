"""Parts of the API."""
