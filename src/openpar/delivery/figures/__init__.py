"""Statistics on dossiers and procedures as agencies report them: sheets of figures by form and period."""
