"""The page of queues, teams and agents."""
