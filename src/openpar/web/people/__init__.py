"""People who can log in, and the roles they hold."""
