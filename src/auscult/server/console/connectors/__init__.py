"""Pages of connectors: the list with runs, and the wizard."""
