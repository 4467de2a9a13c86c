"""SQLite, with its settings asked for."""
