"""Facts that arrive in batches: kept as they came, read as they are now, counted in one plain SELECT."""
