"""Pages of inspections: plans, cases, checklists, conclusions, coverage."""
