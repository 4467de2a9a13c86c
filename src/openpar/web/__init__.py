"""Pages for officials: one folder per subject."""
