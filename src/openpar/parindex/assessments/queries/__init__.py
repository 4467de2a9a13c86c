"""Reads: what the pages show, fully loaded, in a number of queries that does not grow."""
