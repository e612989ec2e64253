"""What `make` runs beside the tools of others."""
