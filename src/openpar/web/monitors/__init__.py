"""Pages of the registers that a reform office watches: boards, entries, what lapsed since when."""
