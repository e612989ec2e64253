"""Pages about what follows an audit: disputes, an agent's results, calibration, coaching, schedules."""
