"""Periodic reports on reform: who owes which when, what they say, and the roll-up of a province."""
