"""What pages, reports and reminders read of models and initiatives."""
