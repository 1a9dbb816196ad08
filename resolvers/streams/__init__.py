"""From one operation to its subscribers: fan-out past GraphQL."""
