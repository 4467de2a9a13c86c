"""The migrations as no release may have them: the second is no transaction."""
