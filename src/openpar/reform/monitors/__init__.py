"""Small registers that a reform office watches: ISO 9001, posts, plans, legal and electronic documents."""
