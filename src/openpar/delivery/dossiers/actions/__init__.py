"""What people do with dossiers, and what the night does: one file for each subject."""
