"""The trace in words, for every page that shows entries of the log; each subject tells its own."""
