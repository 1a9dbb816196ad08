"""The API's behaviour, on each storage."""
