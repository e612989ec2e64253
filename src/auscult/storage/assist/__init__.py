"""Live conversations and knowledge."""
