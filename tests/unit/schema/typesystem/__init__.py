"""What every type of the API is made of."""
