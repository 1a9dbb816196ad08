"""The examples, by what they are of."""
