"""Indicators: what is measured, by which definition; and the values measured, each with its source."""
