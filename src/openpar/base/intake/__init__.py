"""Batches of imported rows: file, checksum, accepted, refused and why."""
