"""Mood of a conversation in progress: the customer's sentiment so far, and whether it escalates.

Engines of this process are asked and no far one, so that a page of many conversations costs nothing. The insights
stored at the end may differ, where a far engine is at work.
"""

from collections import OrderedDict
from threading import Lock

from msgspec import Struct

from auscult.domain.assist.live_projection import Live
from auscult.domain.engines import Engines
from auscult.domain.evaluation import Evidence
from auscult.services.scoring.analyze import Analyzers, analyze, open_analysis
from auscult.services.scoring.engine_calls.ask_local import ask_local

_MOST_KEPT = 2_000
_WANTED = ("language", "escalation", "churn_risk", "resolution", "sentiment")


class Mood(Struct, frozen=True, kw_only=True):
    """Scores of the customer's turns from 1 (worst) over 5 to 10, and of all so far; None where it is not known.

    ``escalation`` is the turn in which the customer asks for another person or threatens, None where they do not.
    """

    scores: tuple[float, ...] = ()
    score: float | None = None
    escalation: Evidence | None = None


class Moods:
    """Reads moods, and keeps each until more is said. Threads may share it."""

    def __init__(self, analyzers: Analyzers, engines: Engines) -> None:
        """Read with those of the analyzers that a mood needs; nothing is read yet."""
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[int, Mood]] = OrderedDict()
        self._analyzers = {name: analyzers[name] for name in _WANTED if name in analyzers}
        self._engines = engines

    def of(self, app_id: str, live: Live) -> Mood:
        """Return how a conversation sounds so far."""
        key, said = (app_id, live.conversation.id), len(live.conversation.turns)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == said:
            return kept[1]
        mood = self._read(live)
        with self._lock:
            self._kept[key] = (said, mood)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return mood

    def _read(self, live: Live) -> Mood:
        opened = open_analysis(live.conversation, self._analyzers, self._engines.keys())
        found = analyze([opened], self._analyzers, ask_local(opened.probes, self._engines))[0]
        sentiment, escalation = found.sentiment, found.escalation
        return Mood(
            scores=tuple(float(each.score) for each in sentiment.turns) if sentiment else (),
            score=float(sentiment.score) if sentiment else None,
            escalation=next(iter(escalation.evidence), None) if escalation and escalation.observed else None,
        )
