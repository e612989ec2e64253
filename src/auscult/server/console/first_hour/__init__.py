"""The first hour in the console: the five steps, a file inspected and loaded, ready forms, an invitation."""

from auscult.server.console.first_hour.loading import LoadPage
from auscult.server.console.first_hour.ready import FormPage, InvitePage
from auscult.server.console.first_hour.steps import StepsPage, home_hour

__all__ = ["FormPage", "InvitePage", "LoadPage", "StepsPage", "home_hour"]
