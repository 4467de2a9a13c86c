"""What pages, documents and actions read of reports."""
