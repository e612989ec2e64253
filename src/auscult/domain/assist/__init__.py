"""Live conversations, knowledge and what an assistant did."""
