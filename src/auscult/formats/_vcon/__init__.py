"""The parts of the vCon format: its document, who is who, what was said, and the way back out."""
