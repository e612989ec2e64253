"""Sections, grades, conditions and reasons of a form document: read and checked."""
