"""The store of documents: found, read, brought in, replaced by newer ones."""
