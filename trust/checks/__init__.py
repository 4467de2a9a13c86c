"""One file a property: each has a `CHECK`, found by its name."""
