"""ROOM: calibration sessions."""
