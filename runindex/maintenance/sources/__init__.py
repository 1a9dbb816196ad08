"""Imports from other systems: readers of their files, and the loader that brings an index to what they say."""
