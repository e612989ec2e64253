"""A saved view of the list as a scheduled file, on both databases: the list's rows, whenever the view changes."""

import csv
import io
from datetime import timedelta

import pytest

from auscult.domain.errors import NotFoundError, RequestError
from auscult.domain.schedules.schedule import Run, Schedule
from auscult.services.schedules.scheduling import Scheduling
from auscult.storage import Store
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, scored, talk

CLIENT = "cs-1"


def weekly(view_id: str, **changes: object) -> Schedule:
    """Return a weekly report of a saved view."""
    given = {"schedule_id": "", "name": "View", "kind": "view", "every": "week", "created_by": "", "created_at": AT}
    return Schedule(**given | {"view_id": view_id} | changes)  # pyright: ignore[reportArgumentType]


class Desk:
    """An app with a conversation a day, the newest of an hour ago: every fourth misses its greeting."""

    def __init__(self, store: Store) -> None:
        """Score them."""
        days = [AT - timedelta(days=n, hours=1) for n in range(12)]
        scored(store, [talk(n, started_at=at, ended_at=at + timedelta(minutes=1)) for n, at in enumerate(days)])
        self.at = AT
        self.app = store.within(TENANT)
        self.service = Scheduling(store, TENANT, lambda: self.at)

    def view(self, query: str, owner: str = CLIENT, *, is_shared: bool = False) -> str:
        """Save a view."""
        return self.app.people.views.save(owner, "Missed", query, is_shared=is_shared)

    def ids(self, run: Run) -> set[str]:
        """Return the conversations in the file of a run."""
        found = self.app.schedules.content(run.schedule_id, run.number)
        assert found is not None
        return {row["id"] for row in csv.DictReader(io.StringIO(found[1].decode("utf-8-sig")))}


def test_a_schedule_follows_its_view(store: Store) -> None:
    """Its filters, its period where it has one, and what becomes of them; the schedule's days else."""
    desk = Desk(store)
    one = desk.service.create(weekly(desk.view("missed=em-hello")), CLIENT)
    assert desk.ids(desk.service.run(one)[0]) == {"c-0000", "c-0004"}
    whole = desk.service.create(weekly(one.view_id, days=30, every="demand"), CLIENT)
    assert desk.ids(desk.service.run(whole)[0]) == {"c-0000", "c-0004", "c-0008"}
    assert desk.view("since=2026-03-20T09:00&until=2026-03-23") == one.view_id
    assert desk.ids(desk.service.run(one)[0]) == {"c-0010", "c-0011"}
    desk.view("days=30&outcome=failed&q=goodbye&channel=chat")
    assert desk.ids(desk.service.run(one)[0]) == set()


def test_days_of_a_view_are_those_of_the_makers_time_zone(store: Store) -> None:
    """A morning in London is a day in Auckland and the evening before in Honolulu."""
    desk = Desk(store)
    view_id = desk.view("since=2026-04-01&until=2026-04-02")
    far = desk.service.create(weekly(view_id, timezone="Pacific/Auckland"), CLIENT)
    assert desk.ids(desk.service.run(far)[0]) == {"c-0000"}
    west = desk.service.create(weekly(view_id, timezone="Pacific/Honolulu"), CLIENT)
    assert desk.ids(desk.service.run(west)[0]) == set()


def test_a_view_that_is_removed_is_reported_and_runs_nothing(store: Store) -> None:
    """In the inbox when it is due; at once to whoever runs it."""
    desk = Desk(store)
    one = desk.service.create(weekly(desk.view("", BOB, is_shared=True)), CLIENT)
    assert desk.service.run(one)[0].rows == 7
    desk.view("", BOB, is_shared=False)
    with pytest.raises(NotFoundError):
        desk.service.run(one)
    desk.at += timedelta(weeks=1)
    assert (desk.service.run_due(), desk.service.run_due()) == (1, 0)
    told = desk.app.schedules.inbox(CLIENT)[0]
    assert (told.title, told.detail) == ("View was not run", f"unknown view {one.view_id!r}")


def test_a_view_that_cannot_be_scheduled(store: Store) -> None:
    """Another person's own, with more filters, for another report, in a time zone that is none."""
    desk = Desk(store)
    view_id = desk.view("", ANN)
    with pytest.raises(NotFoundError, check=lambda error: error.reason == "view.unknown"):
        desk.service.create(weekly(view_id), CLIENT)
    for changes in ({"kind": "interactions"}, {"queues": ("Billing",)}, {"timezone": "Nowhere"}):
        with pytest.raises(RequestError, check=lambda error: error.reason == "schedule.invalid"):
            desk.service.create(weekly(view_id, **changes), ANN)
