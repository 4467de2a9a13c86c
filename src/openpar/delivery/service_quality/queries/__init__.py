"""Reads of the service-quality index."""
