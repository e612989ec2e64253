"""Pages of AI agents: registered versions, what they did, and two versions compared."""
