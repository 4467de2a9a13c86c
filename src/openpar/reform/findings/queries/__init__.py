"""What is read of findings and conferences."""
