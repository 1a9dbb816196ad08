"""The Postgres storage."""
