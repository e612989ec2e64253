"""Pages of rendered rows: row index, rollups, filters, reading."""
