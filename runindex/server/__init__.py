"""The server: the ASGI application and the process that serves it."""
