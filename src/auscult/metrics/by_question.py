"""A question about what was said: is something found, or is it not? Static, or dynamic with a trigger.

Settings, semantics and examples for users: docs/reference/metrics/by_question.md.
"""

from functools import lru_cache
from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Evidence, Verdict
from auscult.domain.form import Scoring
from auscult.domain.probe import Answers, Probe
from auscult.metrics._finding import Entry, Finding, Side, finding_problems, is_joined
from auscult.metrics._reading import Reading, reading_of
from auscult.metrics._search import NOTHING, Miss, Outcome, Search


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """What a form says in a metric of this type."""

    answer: Finding
    question: str = ""
    trigger: Finding | None = None
    excused_when: Finding | None = None
    not_when: Finding | None = None
    when_silent: Literal["na", "no"] = "na"
    languages: tuple[str, ...] | None = None


class ByQuestion:
    """YES when the answer is found, NO when not, NA when the question does not arise or cannot be told."""

    name: ClassVar[str] = "by_question"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice", "chat"})
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"percentage", "points"})
    is_manual: ClassVar[bool] = False

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """What is wrong in the findings."""
        found: list[tuple[str, str]] = []
        for name, finding in _findings(settings):
            has_trigger = settings.trigger is not None and name != "trigger"
            found.extend(finding_problems(finding, name, has_trigger=has_trigger))
        return tuple(found)

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """The languages that its words are in, where the metric names them."""
        return None if settings.languages is None else frozenset(settings.languages)

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """An embedding engine for ``similar``, a judge for ``judge``."""
        return _plan(settings).needs

    def unique_key(self, settings: Settings) -> str | None:  # noqa: ARG002 a form may ask any number of questions
        """Nothing."""
        return None

    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """What must be asked of the turns that words alone do not decide."""
        return _plan(settings).probes(conversation)

    def judge(self, settings: Settings, conversation: Conversation, answers: Answers) -> Verdict:
        """The verdict, with the turns that decided it."""
        return _plan(settings).judge(conversation, answers)


def _findings(settings: Settings) -> list[tuple[str, Finding]]:
    named = [
        ("not_when", settings.not_when),
        ("trigger", settings.trigger),
        ("answer", settings.answer),
        ("excused_when", settings.excused_when),
    ]
    return [(name, finding) for name, finding in named if finding is not None]


class _Joined:
    """Findings joined, compiled. ``searches``: all the searches in them, however deep."""

    def __init__(self, finding: Finding | Entry, default_speaker: Side) -> None:
        self._some, self._every, self._none = (
            [_compiled(entry, default_speaker) for entry in entries]
            for entries in (finding.any_of, finding.all_of, finding.none_of)
        )
        parts = [*self._some, *self._every, *self._none]
        self.searches = [
            search for part in parts for search in (part.searches if isinstance(part, _Joined) else [part])
        ]

    @property
    def place(self) -> str:
        """Where it looks, in words."""
        places = dict.fromkeys(part.place for part in [*self._some, *self._every])
        return " or ".join(places) or "the conversation"

    def obstacle(self, reading: Reading) -> str:
        """Why nothing can be found: one search that is required cannot look, or none of the alternatives can."""
        for part in self._every:
            if reason := part.obstacle(reading):
                return reason
        reasons = [part.obstacle(reading) for part in self._some]
        return reasons[0] if reasons and all(reasons) else ""

    def decide(self, reading: Reading, answers: Answers, trigger: int | None) -> Outcome:
        """Find it. A joined finding is there when its last required part is; an alternative is the earliest one.

        What only must not be found is not there at the conversation's last turn.
        """
        some = [part.decide(reading, answers, trigger) for part in self._some]
        every = [part.decide(reading, answers, trigger) for part in self._every]
        nearest = min((o.nearest for o in [*some, *every] if o.nearest), key=lambda miss: miss.gap, default=None)
        missed = Outcome(None, (), nearest) if nearest else NOTHING
        first = min((o for o in some if o.position is not None), key=lambda o: o.position or 0, default=None)
        if (self._some and first is None) or any(o.position is None for o in every) or not reading.turns:
            return missed
        if any(part.decide(reading, answers, trigger).position is not None for part in self._none):
            return missed
        parts = [*every, *([first] if first else [])]
        position = max((o.position for o in parts if o.position is not None), default=len(reading.turns) - 1)
        return Outcome(position, tuple(one for part in parts for one in part.cited))


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._not_when = _compiled(settings.not_when, "customer") if settings.not_when else None
        self._trigger = _compiled(settings.trigger, "customer") if settings.trigger else None
        self._answer = _compiled(settings.answer, "agent")
        self._excused = _compiled(settings.excused_when, "customer") if settings.excused_when else None
        self._is_silence_judged = settings.when_silent == "no"
        present = [one for one in (self._not_when, self._trigger, self._answer, self._excused) if one]
        self._searches = [search for one in present for search in (one.searches if isinstance(one, _Joined) else [one])]
        self.needs = frozenset[type[Probe]]().union(*(search.needs for search in self._searches))

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        reading = reading_of(conversation)
        if not self.needs or self._obstacle(reading):
            return ()
        asked = (probe for search in self._searches if search.needs for probe in search.probes(reading))
        return tuple(dict.fromkeys(asked))

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        reading = reading_of(conversation)
        if reason := self._obstacle(reading):
            return Verdict(qualification="NA", reason=reason)
        trigger = NOTHING
        if self._trigger:
            trigger = self._trigger.decide(reading, answers, None)
            if trigger.position is None:
                reason = self._trigger.obstacle(reading) or f"no trigger in {self._trigger.place}"
                return Verdict(qualification="NA", reason=reason + _nearest(trigger.nearest))
        if self._not_when:
            ruled_out = self._not_when.decide(reading, answers, trigger.position)
            if ruled_out.position is not None:
                return Verdict(
                    qualification="NA",
                    evidence=ruled_out.evidence,
                    trigger=trigger.evidence,
                    reason="ruled out: not_when is found",
                )
        answer = self._answer.decide(reading, answers, trigger.position)
        if answer.position is not None:
            return Verdict(qualification="YES", evidence=answer.evidence, trigger=trigger.evidence)
        reason = f"not found in {self._answer.place}"
        if self._excused:
            excuse = self._excused.decide(reading, answers, trigger.position)
            if excuse.position is not None:
                return Verdict(
                    qualification="NA",
                    evidence=excuse.evidence,
                    trigger=trigger.evidence,
                    reason=f"{reason}, and excused: excused_when is found",
                )
        near: tuple[Evidence, ...] = (answer.nearest.evidence,) if answer.nearest else ()
        return Verdict(
            qualification="NO", evidence=near, trigger=trigger.evidence, reason=reason + _nearest(answer.nearest)
        )

    def _obstacle(self, reading: Reading) -> str:
        """Why it cannot be judged at all, or nothing."""
        return "" if self._is_silence_judged else self._answer.obstacle(reading)


def _compiled(finding: Finding | Entry, default_speaker: Side) -> "_Joined | Search":
    return _Joined(finding, default_speaker) if is_joined(finding) else Search(finding, default_speaker)


def _nearest(miss: Miss | None) -> str:
    return f"; nearest: {miss.evidence.why}" if miss else ""


@lru_cache(maxsize=1024)
def _plan(settings: Settings) -> _Plan:
    return _Plan(settings)
