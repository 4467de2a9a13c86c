"""The reform year: plans and tasks, findings, inspections, initiatives, monitors."""
