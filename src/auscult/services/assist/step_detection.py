"""Detection of playbooks' steps and dialog tasks in messages: by the searches that metrics use, one message at a time.

The result for a message depends on nothing but the message and the plan, so neither the order of messages,
nor their grouping, nor the process matters.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from auscult.domain.assist.live import Message, Tracked
from auscult.domain.assist.live_projection import Live
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.playbook import Plan, Sign, StepId
from auscult.domain.engines import Engines
from auscult.domain.operations.records import made_from
from auscult.domain.probe import Answer, Probe, UsableAnswers
from auscult.metrics._finding.language import Entry, Finding
from auscult.metrics._finding.reading import Reading
from auscult.metrics._finding.search import Search
from auscult.services.scoring.engine_calls.ask_local import ask_local

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Shown(NamedTuple):
    """Findings in a message: ids of playbooks that it opens, of steps, and of dialog tasks."""

    opens: tuple[str, ...]
    steps: tuple[StepId, ...]
    dialogs: tuple[str, ...]


def untracked(live: Live, chosen: AssistSettings) -> list[Message]:
    """Return the messages that were not searched yet, and have to be.

    The first is always searched, so that a conversation shows its open steps from its beginning.
    """
    plan = _plan(live, chosen)
    speakers = {sign.speaker for sign in plan.signs()}
    return [
        message
        for message in live.messages
        if message.message_id not in live.tracked and (message.author in speakers or (speakers and live.plan is None))
    ]


def _plan(live: Live, chosen: AssistSettings) -> Plan:
    """Return the plan: the one of the conversation's first search, whatever was chosen since."""
    return live.plan or Plan(playbooks=chosen.playbooks, dialogs=chosen.dialogs)


class Tracker:
    """Recognises. ``engines`` answer how close texts are in meaning. Threads may share it."""

    def __init__(self, engines: Engines) -> None:
        """Nothing is asked yet."""
        self._engines = engines

    def track(self, live: Live, chosen: AssistSettings, messages: Sequence[Message], now: datetime) -> list[Tracked]:
        """One event for each of these messages of a conversation. Raises ``EngineError``."""
        plan = _plan(live, chosen)
        return [
            made_from(
                Tracked,
                shown,
                id=f"tracked:{message.message_id}",
                at=now,
                received_at=now,
                of=message.message_id,
                plan=plan if live.plan is None and not index else None,
            )
            for index, (message, shown) in enumerate(zip(messages, self.recognise(plan, messages), strict=True))
        ]

    def recognise(self, plan: Plan, messages: Sequence[Message]) -> list[Shown]:
        """Return the findings in each message. Raises ``EngineError``."""
        reading = Reading(_as_conversation(messages))
        signs = list(dict.fromkeys(plan.signs()))
        asked = {
            (sign, index): tuple(_search(sign).probes(reading, (index,)))
            for sign in signs
            for index in reading.turn_indexes(sign.speaker)
        }
        probes = [probe for some in asked.values() for probe in some]
        answers: dict[Probe, Answer] = ask_local(probes, self._engines)
        usable = UsableAnswers(answers)
        hits = {
            (sign, index)
            for sign, index in asked
            if _search(sign).decide(reading, usable, None, (index,)).position is not None
        }
        return [_shown(plan, {sign: (sign, index) in hits for sign in signs}) for index in range(len(messages))]


def _shown(plan: Plan, holds: Mapping[Sign, bool]) -> Shown:
    return Shown(
        opens=tuple(one.id for one in plan.playbooks if one.opens is not None and holds[one.opens]),
        steps=tuple(_steps(plan, holds)),
        dialogs=tuple(task.id for task in plan.dialogs if holds[task.when]),
    )


def _steps(plan: Plan, holds: Mapping[Sign, bool]) -> Iterator[StepId]:
    for playbook in plan.playbooks:
        for stage in playbook.stages:
            for step in stage.steps:
                if holds[step.when]:
                    yield StepId(playbook=playbook.id, stage=stage.id, step=step.id)


@lru_cache(maxsize=4_096)
def _search(sign: Sign) -> Search:
    """Return the search for a sign. Compiled once."""
    entries = [Entry(phrases=sign.phrases)] if sign.phrases else []
    if sign.similar:
        entries.append(Entry(similar=sign.similar, threshold=sign.threshold))
    return Search(Finding(speaker=sign.speaker, any_of=tuple(entries)), sign.speaker)


def _as_conversation(messages: Sequence[Message]) -> Conversation:
    turns = tuple(Turn(id=message.message_id, speaker=message.author, text=message.text) for message in messages)
    return Conversation(id="", channel="chat", started_at=_ANY_TIME, turns=turns)
