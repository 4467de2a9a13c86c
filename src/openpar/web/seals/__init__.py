"""The sealed log, seen from outside: checkpoints, tiles, keys, a feed; and receipts for those concerned."""
