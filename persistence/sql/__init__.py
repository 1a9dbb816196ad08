"""What the two SQL storages share: tables, statements, and the unit of work that applies a batch."""
