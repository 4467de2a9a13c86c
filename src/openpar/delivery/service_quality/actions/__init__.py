"""Writes of the service-quality index."""
