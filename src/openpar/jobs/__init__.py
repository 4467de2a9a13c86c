"""What happens by itself: one table of what and when (schedule.py), one loop, every job safe to run twice."""
