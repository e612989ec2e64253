"""Conversations, the jobs that score them, and the times of an app that they are read by."""
