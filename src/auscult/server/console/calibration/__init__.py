"""Pages of calibration: sessions, the room, and the blind desk."""
