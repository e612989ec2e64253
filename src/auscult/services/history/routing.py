"""Conversations of a channel by the form that scores them: counted over some days, by queue, with one form as written.

Conversations with the same properties have the same form, so one is chosen for each group of them. Groups are kept for a
minute: a page asks for the counts at each change of a form, and reading a week of a million conversations takes a second.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from auscult.domain.conversation import Channel, Direction, Queue
from auscult.domain.form import Form, choose_form, refuses, undated
from auscult.domain.people.visibility import Visibility
from auscult.services.history.coverage import listed_rows
from auscult.storage.definitions.forms import AppForms
from auscult.storage.store import AppStore

MOST_READ = 200_000
"""Conversations that are read at most, as the page waits for the counts."""

_KEPT = timedelta(minutes=1)


class Routing(NamedTuple):
    """Conversations of one channel, by the form that scores them.

    ``came`` counts all. ``here`` and ``nowhere`` count those for the given form and for none, by the name of the queue,
    which is empty without one; ``short`` of ``here`` are too short. ``wanted`` counts those of ``here`` that another
    form would score otherwise, and ``elsewhere`` those for other forms, by the form's id. ``is_least``: not all were read.
    """

    came: int
    here: Counter[str]
    short: int
    wanted: Counter[str]
    elsewhere: Counter[str]
    nowhere: Counter[str]
    is_least: bool


class _Group(NamedTuple):
    """The properties by which a form is chosen: conversations with the same ones have the same form."""

    channel: Channel
    direction: Direction
    started_at: datetime
    queues: tuple[Queue, ...]
    spoken: str


class _Groups(NamedTuple):
    """The groups of an app's conversations since an instant, each with their durations in ms, in order; -1 without one."""

    since: datetime
    until: float
    lengths: Mapping[_Group, Sequence[int]]
    is_least: bool


_kept: "WeakKeyDictionary[AppForms, dict[Visibility, _Groups]]" = WeakKeyDictionary()
_keeping = Lock()


def routing(app: AppStore, form: Form, others: Sequence[Form], since: datetime) -> Routing:
    """Count the conversations of a form's channel since an instant by the form that is for them.

    ``others`` are the other forms in force. What the caller may not see is not counted. The form counts as if its first
    day had come. The conversations are those of up to a minute ago.
    """
    form = undated(form)
    here, wanted, elsewhere, nowhere = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    came = short = 0
    forms = [form, *others]
    groups = _groups(app, since)
    for group, lengths in groups.lengths.items():
        if group.channel != form.channel:
            continue
        n = len(lengths)
        came += n
        queue = group.queues[-1] if group.queues else None
        name = "" if queue is None else queue.name or queue.id
        chosen = choose_form(group, forms, group.spoken)
        if chosen is None or refuses(chosen, group.spoken):
            nowhere[name] += n
        elif chosen is not form:
            elsewhere[chosen.id] += n
        else:
            here[name] += n
            short += bisect_left(lengths, max(form.min_duration_ms, 0))
            without = choose_form(group, others, group.spoken)
            if without is not None and not refuses(without, group.spoken):
                wanted[without.id] += n
    return Routing(came, here, short, wanted, elsewhere, nowhere, is_least=groups.is_least)


def _groups(app: AppStore, since: datetime) -> _Groups:
    """Return the groups of the conversations that the caller may see, those of up to a minute ago if they were read then."""
    with _keeping:
        known = _kept.setdefault(app.forms, {})
        for each in [seen for seen, groups in known.items() if groups.until < time.monotonic()]:
            del known[each]
        found = known.get(app.visibility)
    if found is None or not timedelta(0) <= since - found.since <= _KEPT:
        found = _read_groups(app, since)  # without the lock: no app waits for the conversations of another
        with _keeping:
            known[app.visibility] = found
    return found


def _read_groups(app: AppStore, since: datetime) -> _Groups:
    lengths: dict[_Group, list[int]] = {}
    read = 0
    days: dict[date, datetime] = {}
    for row in listed_rows(app, since, MOST_READ + 1):
        read += 1
        if read > MOST_READ:
            break
        started = days.setdefault(row.started_at.astimezone(UTC).date(), row.started_at)
        group = _Group(row.channel, row.direction, started, row.queues[-1:], row.spoken)
        lengths.setdefault(group, []).append(-1 if row.duration_ms is None else row.duration_ms)
    for each in lengths.values():
        each.sort()
    return _Groups(since, time.monotonic() + _KEPT.total_seconds(), lengths, is_least=read > MOST_READ)
