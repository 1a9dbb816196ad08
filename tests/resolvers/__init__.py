"""Parts of the API by themselves."""
