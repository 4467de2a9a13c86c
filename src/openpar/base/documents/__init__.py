"""Files stored by content, and the official documents they carry."""
