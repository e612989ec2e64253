"""The parts of the judge: what it is told, how its reply is read, how its server is called, and within which limits."""
