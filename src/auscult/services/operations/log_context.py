"""The request that log lines belong to, and its principal."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty where none is."""

PRINCIPAL: ContextVar[str] = ContextVar("principal", default="")
"""The caller of that request as the access log names it, ``user:ann@example.com``; empty while it is not known."""
