"""People: users, what they may do, and where; sessions; the directory of agents, teams and queues."""
