"""An app made up for one proof: a release whose migrations are killed half way (upgrade_safe)."""
