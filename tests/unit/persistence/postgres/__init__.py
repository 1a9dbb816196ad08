"""Tests of what Postgres alone has."""
