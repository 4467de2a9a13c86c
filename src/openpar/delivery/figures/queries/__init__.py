"""What is read of sheets of figures."""
