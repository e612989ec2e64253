"""Training of dialogue-act heads and of the votes on verdicts."""
