"""The migrations as a release has them: each is one transaction."""
