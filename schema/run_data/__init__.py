"""A run's values, events, cells and documents, as the API shows them."""
