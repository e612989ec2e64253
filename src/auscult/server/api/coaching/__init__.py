"""Coaching: items, examples, new colleagues, consent."""

from auscult.server.api.coaching.items import ROUTER

__all__ = ["ROUTER"]
