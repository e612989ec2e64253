"""A form, scorecard or taxonomy on conversations of the past: tried, and their effects and reach."""
