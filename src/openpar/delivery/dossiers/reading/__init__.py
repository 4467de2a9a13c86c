"""From a file to arrays: CSV, workbooks and JSON by one road, every fault named by row and column."""
