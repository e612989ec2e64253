"""Store of the marks of the first hour."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from auscult.domain.first_hour import Mark
from auscult.storage.core.instants import instant_of, ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.operations import first_hour


class AppFirstHour(OfApp):
    """The marks of one app, one for each step."""

    def marks(self) -> Mapping[str, Mark]:
        """Return the marks by step."""
        query = sa.select(first_hour.c.step, first_hour.c.state, first_hour.c.at).where(first_hour.c.app == self._app)
        rows = self._database.rows(query)
        return {step: Mark(step=step, state=state, at=instant_of(at)) for step, state, at in rows}

    def mark(self, step: str, state: str, at: datetime) -> None:
        """Store a mark in place of the one before; the time of the first stays."""
        row = {"app": self._app, "step": step, "state": state, "at": ms_of(at)}
        made = self._database.dialect.insert(first_hour).values(row)
        with self._database.writing() as connection:
            connection.execute(made.on_conflict_do_update(index_elements=["app", "step"], set_={"state": state}))

    def clear(self, step: str) -> None:
        """Remove the mark of a step."""
        mine = (first_hour.c.app == self._app, first_hour.c.step == step)
        with self._database.writing() as connection:
            connection.execute(sa.delete(first_hour).where(*mine))
