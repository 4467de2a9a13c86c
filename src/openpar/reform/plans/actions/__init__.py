"""What people do with plans, tasks and meetings; one module a step."""
