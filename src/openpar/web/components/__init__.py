"""Parts of pages that templates share: drawings and trees, computed here and drawn by the macros."""
