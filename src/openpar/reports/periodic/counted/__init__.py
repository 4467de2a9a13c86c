"""What each subject computes and tells for reports; one module a subject."""
