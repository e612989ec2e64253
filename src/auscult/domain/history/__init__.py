"""Values of backtests."""
