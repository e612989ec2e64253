"""The first hour for one viewer: the steps that they may take, and marks on them."""

from collections.abc import Callable
from datetime import datetime

from auscult.domain.first_hour import Facts, Hour, Step, hour_of
from auscult.domain.people.permissions import PERMISSIONS as ALL
from auscult.domain.people.principal import Principal
from auscult.services.conversations.latest import Sought, count
from auscult.storage.people import People
from auscult.storage.store import AppStore


class FirstHour:
    """The first hour of an app."""

    def __init__(self, app: AppStore, people: People, now: Callable[[], datetime], viewer: Principal) -> None:
        """``people`` are of all apps; ``now`` returns the time, aware, UTC."""
        self._app = app
        self._people = people
        self._now = now
        self._permissions = frozenset(each for each in ALL if viewer.may_everywhere(each))

    def hour(self) -> Hour:
        """Return the first hour as the viewer sees it."""
        return hour_of(self._app.first_hour.marks(), self._facts(), self._permissions, self._now())

    def done(self, step: Step) -> None:
        """Mark a step as done."""
        self._app.first_hour.mark(step, "done", self._now())

    def skip(self, step: Step) -> None:
        """Mark a step as skipped."""
        self._app.first_hour.mark(step, "skipped", self._now())

    def take_up(self, step: Step) -> None:
        """Open a skipped step again. The hour stays as young as it was."""
        self.begin()
        self._app.first_hour.clear(step)

    def begin(self) -> None:
        """Begin the hour, and show it again where it was put away."""
        self._app.first_hour.mark("hour", "begun", self._now())

    def put_away(self) -> None:
        """Show the hour on Home no longer."""
        self._app.first_hour.mark("hour", "away", self._now())

    def _facts(self) -> Facts:
        tenant = self._app.tenant
        grants = self._people.grants.in_app(tenant.app_id, tenant.account_id)
        return Facts(
            has_conversations=count(self._app, Sought()) > 0,
            has_form=bool(self._app.forms.in_force()),
            has_people=len({each.user_id for each in grants}) > 1,
            has_plan=bool(self._app.plans.listing(limit=1)),
        )
