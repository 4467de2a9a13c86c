"""Pages of administrative procedures: the catalogue, decisions, postings, reviews, offers, counts."""
