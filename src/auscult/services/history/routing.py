"""Conversations of a channel by the form that scores them: counted over some days, by queue, with one form as written."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from auscult.domain.form import Form, choose_form, refuses, undated
from auscult.services.history.coverage import listed_rows
from auscult.storage.store import AppStore

MOST_READ = 20_000
"""Conversations that are read at most, as the page waits for the counts."""


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


def routing(app: AppStore, form: Form, others: Sequence[Form], since: datetime) -> Routing:
    """Count the conversations of a form's channel since an instant by the form that is for them.

    ``others`` are the other forms in force. What the caller may not see is not counted. The form counts as if its first
    day had come.
    """
    form = undated(form)
    here, wanted, elsewhere, nowhere = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    came = short = read = 0
    forms = [form, *others]
    for row in listed_rows(app, since, MOST_READ + 1):
        read += 1
        if read > MOST_READ:
            break
        if row.channel != form.channel:
            continue
        came += 1
        queue = row.queues[-1] if row.queues else None
        name = "" if queue is None else queue.name or queue.id
        chosen = choose_form(row, forms, row.spoken)
        if chosen is None or refuses(chosen, row.spoken):
            nowhere[name] += 1
        elif chosen is not form:
            elsewhere[chosen.id] += 1
        else:
            here[name] += 1
            short += row.duration_ms is None or row.duration_ms < form.min_duration_ms
            without = choose_form(row, others, row.spoken)
            if without is not None and not refuses(without, row.spoken):
                wanted[without.id] += 1
    return Routing(came, here, short, wanted, elsewhere, nowhere, is_least=read > MOST_READ)
