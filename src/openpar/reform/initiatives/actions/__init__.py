"""What people do with models and initiatives."""
