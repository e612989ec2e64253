"""Scheduled reports, alerts, and the inbox."""

from auscult.server.api.schedules.schedules import ROUTER

__all__ = ["ROUTER"]
