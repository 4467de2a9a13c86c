"""The PAR Index: criteria sets, rounds, assessments, results."""
