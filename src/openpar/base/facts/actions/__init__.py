"""What changes the store, one file per subject."""
