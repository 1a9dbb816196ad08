"""Tests of runindex.server.doors."""
