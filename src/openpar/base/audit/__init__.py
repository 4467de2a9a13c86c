"""Who did what, when, to which object, why. Rows are added and never changed."""
