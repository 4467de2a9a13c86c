"""What may never happen, tried: every check carries a planted defect that it must catch (docs/trust)."""
