"""Listening to the notifications of a Postgres database."""
