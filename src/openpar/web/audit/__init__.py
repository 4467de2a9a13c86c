"""The trace of everything, for those who check, run rounds or keep accounts."""
