"""What the types of the API are made of."""
