"""What the API does: the query, mutation and subscription roots and what they need per operation."""
