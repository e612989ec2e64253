"""Pages of the steps after an audit: disputes, an agent's results, calibration, coaching, schedules."""
