"""A machine that tries our own API against its description: ``make fuzz``."""
