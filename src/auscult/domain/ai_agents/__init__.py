"""AI agents: their instructions, knowledge and tools, and the calls that they made."""
