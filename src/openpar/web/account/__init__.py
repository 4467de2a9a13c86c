"""Logging in and out, the password, and the messages of the person who has logged in."""
