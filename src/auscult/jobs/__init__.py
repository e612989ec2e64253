"""ROOM: the only DBOS. Durable work: which batch is processed when, by whom, and again when that one died."""
