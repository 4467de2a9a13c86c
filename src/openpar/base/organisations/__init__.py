"""Agencies with their names, kinds, codes and parents by date, and what became of them."""
