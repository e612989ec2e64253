"""A form, scorecard or taxonomy on conversations of the past: back-tests, effects, reach, and the newest ones."""
