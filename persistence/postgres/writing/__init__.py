"""The write path on Postgres: batches in transactions, and batches of plain moves, each one statement."""
