"""ROOM: the only DBOS. Durable work: batches and chunks, processed in order, and again after a crash."""
