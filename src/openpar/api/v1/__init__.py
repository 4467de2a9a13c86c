"""The first version, below `/api/v1/`: what would mean something else becomes a second one."""
