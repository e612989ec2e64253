"""Operations: backups, readiness, and figures for monitoring, as values."""
