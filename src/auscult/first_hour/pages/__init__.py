"""The first hour in the console: the five steps, a file looked at and loaded, ready forms, an invitation."""

from auscult.first_hour.pages.loading import LoadPage
from auscult.first_hour.pages.ready import FormPage, InvitePage
from auscult.first_hour.pages.steps import StepsPage, home_hour

__all__ = ["FormPage", "InvitePage", "LoadPage", "StepsPage", "home_hour"]
