"""Pages of assistance: the agent's page and its sessions, conversations in progress, and the knowledge base."""
