"""Arithmetic of the PAR Index: plain values in, frozen values with their explanation out.

No Django, no clock, no settings, no files: last year's score must come out the same for ever.
"""
