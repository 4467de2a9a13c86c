"""Corrections of appraised points: proposed by one person, decided by another."""
