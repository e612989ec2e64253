"""ROOM: calibration sessions: suggested conversations, blind ratings, debrief, report."""
