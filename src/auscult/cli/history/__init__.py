"""Commands for backtests and re-scores."""
