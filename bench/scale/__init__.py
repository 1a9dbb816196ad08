"""How what is asked and written costs with the number of runs."""
