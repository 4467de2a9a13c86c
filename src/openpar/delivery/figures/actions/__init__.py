"""What people do with sheets of figures; one module a step."""
