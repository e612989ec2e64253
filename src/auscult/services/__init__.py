"""ROOM: the use cases, one file a stage, in flow order. Talks outward through ports.py only."""
