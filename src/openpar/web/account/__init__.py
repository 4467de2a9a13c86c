"""Logging in and out, and the password of the person who has logged in."""
