"""Inspections of administrative reform: plans of a year, cases, checklists, conclusions, coverage."""
