"""Agent assist: live conversations, and the knowledge that answers rest on."""
