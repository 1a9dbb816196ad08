"""Export and import: an index, or a part of one, as lines of JSON."""
