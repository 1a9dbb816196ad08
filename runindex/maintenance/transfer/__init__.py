"""Moving an index, or a part of one, from one storage to another, as lines of JSON."""
