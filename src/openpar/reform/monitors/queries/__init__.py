"""What pages, reports and reminders read of the registers."""
