"""Agents compared within the same form, language and queue."""

from collections import defaultdict
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Agent, Queue
from auscult.domain.statistics.agents import Count
from auscult.domain.statistics.compared_agents import Comparison, compared_agents
from auscult.services.conversations.latest import Sought, each_row
from auscult.services.insights.drivers import MOST_READ
from auscult.services.scoring.listing import ListedForm
from auscult.storage.store import AppStore

Cell = tuple[str, str, str]
"""The id of a form, a language, and the ids of queues."""


class _Row(Struct, gc=False):
    language: str
    started_at: datetime
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    form: ListedForm | None
    passed: bool | None


_DECODE = msgspec.json.Decoder(_Row).decode


def comparison_of(app: AppStore, sought: Sought) -> Comparison:
    """Compare the agents of conversations that passed or failed; of very many, those of the newest."""
    aliases = app.aliases.in_force()
    counts: defaultdict[str, dict[Cell, Count]] = defaultdict(dict)
    for body in each_row(app, replace(sought, outcomes=("passed", "failed"), order="-started_at"), MOST_READ):
        row = _DECODE(body)
        queues = sorted({aliases.head("queue", each.id) for each in row.queues})
        cell = row.form.id if row.form else "", row.language, " ".join(queues)
        for agent in {aliases.head("agent", each.id) for each in row.agents if each.kind != "ai"}:
            before = counts[agent].get(cell, Count(0, 0))
            counts[agent][cell] = Count(before.successes + bool(row.passed), before.n + 1)
    return compared_agents(counts)
