"""ROOM: how an installation is: readiness, and what log lines say of the request they belong to."""
