"""What is done with findings and conferences."""
