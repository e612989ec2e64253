"""Disputes: what happens to an audit after it was submitted, until nothing about it is open."""
