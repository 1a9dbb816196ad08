"""Plans, as the API shows them."""
