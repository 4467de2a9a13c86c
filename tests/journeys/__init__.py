"""A package of its own, at whose end its browser and its server stop (fixtures of package scope)."""
