"""The first page: what waits for the person who has logged in."""
