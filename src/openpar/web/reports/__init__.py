"""Pages of periodic reports: what is owed by whom, one report, its figures and text, the roll-up."""
