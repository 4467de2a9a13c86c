"""What other systems send and ask, by key and JSON; nothing of it is for browsers."""
