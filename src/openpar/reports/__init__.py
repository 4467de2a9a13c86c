"""Documents and tables made from what the queries return."""
