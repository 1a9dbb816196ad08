"""Tests of who a caller is."""
