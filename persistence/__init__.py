"""How the index is kept: memory, SQLite and Postgres behind one port."""
