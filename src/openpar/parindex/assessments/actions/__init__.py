"""Writes: one function per intention, one transaction, always lock → may? → gaps? → change → audit → message."""
