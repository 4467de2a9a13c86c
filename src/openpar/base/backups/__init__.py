"""Backups that restore: all rows and all evidence in one encrypted file (docs/decisions/0009)."""
