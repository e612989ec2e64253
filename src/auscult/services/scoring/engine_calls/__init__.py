"""Questions to engines: batching, cached answers, concurrency slots."""
