"""One's messages, the ways they leave the program, and the gateways for messages."""
