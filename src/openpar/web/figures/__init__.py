"""Pages of reported figures: who has sent what, one sheet, the roll-up, the nine indicators."""
