"""Home: the page of people who manage quality, and an agent's own."""
