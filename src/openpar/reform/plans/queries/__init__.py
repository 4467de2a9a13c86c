"""What plans, tasks and meetings say: lists of what a person may see, counts, one task with its history."""
