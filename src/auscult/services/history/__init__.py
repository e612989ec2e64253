"""Re-scores and backtests over stored conversations."""
