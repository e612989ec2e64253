"""ROOM: scheduled reports and alerts: written, watched, and sent."""
