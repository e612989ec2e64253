"""The common part of repositories: their database, their app, and how much of it they show."""

from copy import copy
from typing import Self

from auscult.domain.people.visibility import EVERYTHING, Visibility
from auscult.storage.core.database import Database


class OfDatabase:
    """A repository of a database, whichever app its rows are of. Nothing is read until it is asked for."""

    def __init__(self, database: Database) -> None:
        """Read from and write to ``database``."""
        self._database = database


class OfApp(OfDatabase):
    """A repository of one app."""

    def __init__(self, database: Database, app: int) -> None:
        """``app`` is the app's number."""
        super().__init__(database)
        self._app = app


class SeenOfApp(OfApp):
    """A repository of one app that shows a principal only what their rights reach."""

    def __init__(self, database: Database, app: int) -> None:
        """Show everything."""
        super().__init__(database, app)
        self._visibility = EVERYTHING

    def seen_by(self, visibility: Visibility) -> Self:
        """Return the same, as far as ``visibility`` shows it: what is not visible does not exist."""
        narrowed = copy(self)
        narrowed._visibility = visibility  # noqa: SLF001  (its own)
        return narrowed
