"""What people do with reports; one module a step."""
