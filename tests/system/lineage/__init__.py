"""Real senders of OpenLineage events, and a real server."""
