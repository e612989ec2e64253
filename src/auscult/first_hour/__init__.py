"""SUBJECT: the first hour of an installation, from an empty server to a first score."""
