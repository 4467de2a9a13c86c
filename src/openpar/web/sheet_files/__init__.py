"""An agency's sheet as a file: downloaded, uploaded, looked at, saved."""
