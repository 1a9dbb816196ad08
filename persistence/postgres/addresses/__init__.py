"""Addresses of databases as libpq reads them, with the files and variables that complete them."""
