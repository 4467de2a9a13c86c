"""Life cycles of the reform year: each a small model, and a walk beside it through the real actions."""
