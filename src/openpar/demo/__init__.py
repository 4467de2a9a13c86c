"""A made-up year in a real province's structure, made by the same actions people use."""
