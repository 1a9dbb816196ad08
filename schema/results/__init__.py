"""Results of a run's items, as the API shows them."""
