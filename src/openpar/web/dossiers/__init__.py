"""Pages of dossiers: boards, the lists behind their figures, one dossier, data quality, lists brought in."""
