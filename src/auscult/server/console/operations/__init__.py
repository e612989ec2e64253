"""Pages of running the server: the tabs of administration, jobs and health, and the demo."""
