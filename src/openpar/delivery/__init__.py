"""Service to people and businesses: what is offered, what was asked for, what they say of it."""
