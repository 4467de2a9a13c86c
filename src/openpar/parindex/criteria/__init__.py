"""Criteria sets as versioned legal objects."""
