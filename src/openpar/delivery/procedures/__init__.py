"""The catalogue of administrative procedures: what holds when, published, offered, posted and reviewed."""
