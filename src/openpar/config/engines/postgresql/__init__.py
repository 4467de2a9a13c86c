"""PostgreSQL, with its settings asked for."""
