"""Working calendars in versions: days off, worked Saturdays, office hours, each with source and certainty."""
