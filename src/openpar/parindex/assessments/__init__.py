"""Rounds, assessments, scores and results."""
