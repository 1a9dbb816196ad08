"""What the SQL storages share."""
