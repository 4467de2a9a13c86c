"""Pages of models and initiatives: the register, one of them, evaluations of a period, targets of a year."""
