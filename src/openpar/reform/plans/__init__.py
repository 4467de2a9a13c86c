"""Reform plans of the province and its agencies: targets, tasks, who owes what by when, and what was done."""
