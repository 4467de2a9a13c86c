"""Dossiers of the one-stop shops: lists from other systems, judged twice, counted, and followed up."""
