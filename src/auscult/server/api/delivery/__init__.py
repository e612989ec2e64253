"""Delivery to other systems: the feed of changes, and webhooks."""

from auscult.server.api.delivery.changes import ROUTER

__all__ = ["ROUTER"]
