"""ROOM: scheduled reports and alerts."""
