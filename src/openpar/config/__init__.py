"""Puts everything together: settings, addresses, the WSGI entry."""
