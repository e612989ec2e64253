"""The use cases of working days: read and set by one viewer."""

from collections.abc import Callable
from datetime import datetime

from auscult.domain.people.principal import Principal
from auscult.domain.workdays import WorkingDays, check_working_days
from auscult.services.privacy.log import draft
from auscult.storage.store import AppStore


class Calendar:
    """The working days of one app. Cheap to make; threads may share one."""

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def set(self, wanted: WorkingDays) -> WorkingDays:
        """Set the working days, for deadlines from now on: those that exist stay as they are.

        Raises ``RequestError`` ``working_days.invalid``.
        """
        check_working_days(wanted)
        entry = draft(self._app, self._viewer.label, "working_days.set", country=wanted.country or "")
        self._app.working_days.set(wanted, self._now(), entry)
        return wanted
