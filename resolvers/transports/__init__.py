"""The transports: HTTP, event streams, multipart, WebSocket."""
