"""Views, as the API shows them."""
