"""How an entry of a register stands on a day, and what is wrong with it: pure functions on plain values."""
