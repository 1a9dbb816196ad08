"""Batches of plain moves: each is one statement, judged and committed in one round trip."""
