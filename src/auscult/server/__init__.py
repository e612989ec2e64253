"""ROOM: the only FastAPI. Authentication, errors, limits, the reports, and the documentation of them."""
