"""Generated operations, bytes and frames: none may crash the server, leak, or be answered differently by a storage."""
