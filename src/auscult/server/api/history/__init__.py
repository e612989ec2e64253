"""History scored once more: for good by a re-score, for a look by a backtest."""
