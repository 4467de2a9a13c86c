"""Reading: lists, one procedure, the rules of a day, duties, counts."""
