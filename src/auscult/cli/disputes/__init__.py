"""Commands for what follows an audit: disputes, calibration, coaching, schedules."""
