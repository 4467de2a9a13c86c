"""Pages of working calendars: a year at a glance, drafts of years, office hours, a due date worked out."""
