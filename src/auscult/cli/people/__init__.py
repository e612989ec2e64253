"""Commands about people: users, agents, teams and queues."""
