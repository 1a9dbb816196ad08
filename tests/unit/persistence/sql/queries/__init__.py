"""Parts that statements are made of."""
