"""Pages of indicators: their definitions, the values of agencies, and what stands behind a figure."""
