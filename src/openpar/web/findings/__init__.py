"""Pages of findings: the board, one with its story, remedying, closing, review conferences."""
