"""Messages: a row written in the same transaction as what it tells."""
