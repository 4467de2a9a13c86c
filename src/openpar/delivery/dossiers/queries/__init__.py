"""Reads of dossiers: the live board, work-lists, imports, mappings. One file for each subject."""
