"""A long run at half load, with a trouble of the storage each minute."""
