"""The command line and the operators' commands."""
