"""Requests of people about their personal data, and what the program holds about a person."""
