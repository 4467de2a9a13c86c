"""Writes: second factors, proofs by them, brakes, sessions."""
