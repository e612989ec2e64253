"""Parts of the judge: its prompt, the reading of its reply, the call of its server, and its limits."""
