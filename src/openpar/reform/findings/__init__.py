"""Shortcomings, whoever found them: from being found to being closed by the side that found them."""
