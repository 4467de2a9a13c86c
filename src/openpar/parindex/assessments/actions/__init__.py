"""Writes: one function per intention, always lock → may? → gaps? → change → audit → message."""
