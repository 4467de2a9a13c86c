"""What may be changed: one intention, one function."""
