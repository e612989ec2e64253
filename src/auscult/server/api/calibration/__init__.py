"""Calibration sessions: from a draft to a report."""
