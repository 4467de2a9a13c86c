"""OpenPAR: running public administration reform, from facts to consequences."""
