"""People and the roles they hold in an organisation for a period."""
