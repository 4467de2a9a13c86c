"""Pages of criteria sets: list, table, import, editor, life, comparison."""
