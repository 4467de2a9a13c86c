"""The register of organisations, as it was on any day."""
