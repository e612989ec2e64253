"""AI agents: registered, counted, and two versions of one compared."""
