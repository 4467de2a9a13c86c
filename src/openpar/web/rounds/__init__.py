"""The pages of the round manager: prepare, steer, outside parts, bonus and penalty, council, publication."""
