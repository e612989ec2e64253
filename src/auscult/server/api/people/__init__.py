"""People and clients: users with their grants, roles, the directory of agents, teams and queues, and views that people saved."""
