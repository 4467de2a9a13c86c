"""Random walks through the states of rounds and sheets: the world, the moves, the law, planted defects."""
