"""The ways in: HTTP, event streams, multipart, WebSocket."""
