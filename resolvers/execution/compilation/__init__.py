"""Compiled operations: a document that was seen becomes a function from the storage's rows to the response."""
