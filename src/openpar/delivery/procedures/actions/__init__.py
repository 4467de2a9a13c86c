"""Writing: the catalogue and its decisions, how procedures are offered, posted and reviewed, files."""
