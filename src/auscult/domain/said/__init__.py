"""Values in speech: numbers, dates, durations, words."""
