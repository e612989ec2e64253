"""A question about what was said: is something found, or is it not? Static, or dynamic with a trigger.

With sub-weights, trigger and answer are both the agent's duty, and scored one by one (rule 9).

Settings, semantics and examples for users: docs/reference/metrics/by_question.md.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Evidence, Part, Qualification, Verdict
from auscult.domain.form import Scoring
from auscult.domain.probe import Answers, Judgement, Probe
from auscult.metrics._finding import Finding, Problem, finding_problems, speakers_of
from auscult.metrics._joining import compiled, searches_of
from auscult.metrics._parts import part, share_problems
from auscult.metrics._reading import Reading, reading_of
from auscult.metrics._search import NOTHING, Outcome


class SubWeights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the weight is shared between trigger and answer, in percent."""

    trigger: Decimal
    answer: Decimal


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """What a form says in a metric of this type."""

    answer: Finding
    question: str = ""
    trigger: Finding | None = None
    sub_weights: SubWeights | None = None
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
        return (*found, *_sub_weight_problems(settings))

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """The languages that its words are in, where the metric names them."""
        return None if settings.languages is None else frozenset(settings.languages)

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """An embedding engine for ``similar``, a judge for ``judge``."""
        return _plan(settings).needs

    def unique_key(self, settings: Settings) -> str | None:  # noqa: ARG002 a form may ask any number of questions
        """Nothing."""
        return None

    def is_split(self, settings: Settings) -> bool:
        """With sub-weights."""
        return settings.sub_weights is not None

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


def _sub_weight_problems(settings: Settings) -> Iterator[Problem]:
    shares = settings.sub_weights
    if shares is None:
        return
    each = {"sub_weights.trigger": shares.trigger, "sub_weights.answer": shares.answer}
    yield from share_problems("sub_weights", each)
    if settings.trigger is None:
        yield "sub_weights", "share the weight between trigger and answer, and there is no trigger"
    elif set(speakers_of(settings.trigger, "customer")) != {"agent"}:
        yield "sub_weights", "score the agent's trigger, so its speaker must be agent"


_Told = tuple[Qualification, tuple[Evidence, ...], str]
"""How a part turned out: the answer, what shows it, and why."""


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._not_when = compiled(settings.not_when, "customer") if settings.not_when else None
        self._trigger = compiled(settings.trigger, "customer") if settings.trigger else None
        self._answer = compiled(settings.answer, "agent")
        self._excused = compiled(settings.excused_when, "customer") if settings.excused_when else None
        self._is_silence_judged = settings.when_silent == "no"
        self._shares = settings.sub_weights
        present = [one for one in (self._not_when, self._trigger, self._answer, self._excused) if one]
        self._searches = [search for one in present for search in searches_of(one)]
        self.needs = frozenset[type[Probe]]().union(*(search.needs for search in self._searches))

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        reading = reading_of(conversation)
        if not self.needs or self._obstacle(reading) or (Judgement in self.needs and self._is_decided(conversation)):
            return ()
        asked = (probe for search in self._searches if search.needs for probe in search.probes(reading))
        return tuple(dict.fromkeys(asked))

    def _is_decided(self, conversation: Conversation) -> bool:
        """Whether words alone decide: a trigger that is not there, an answer that is. A judge costs too much to be asked then."""
        try:
            self.judge(conversation, {})
        except KeyError:  # it wanted to read an answer
            return False
        return True

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        reading = reading_of(conversation)
        if reason := self._obstacle(reading):
            return Verdict(qualification="NA", reason=reason)
        trigger = NOTHING
        if self._trigger:
            trigger = self._trigger.decide(reading, answers, None)
            if trigger.position is None:
                obstacle = self._trigger.obstacle(reading)
                reason = obstacle or f"no trigger in {self._trigger.place}"
                is_unknown = bool(obstacle) and bool(reading.places("agent"))
                return self._without_trigger(trigger, reason + _short_of(trigger), is_unknown=is_unknown)
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
            evidence = answer.evidence
            parts = self._parts(("YES", trigger.evidence, ""), ("YES", evidence, ""))
            return Verdict(qualification="YES", evidence=evidence, trigger=trigger.evidence, parts=parts)
        return self._without_answer(reading, answers, trigger, answer)

    def _without_trigger(self, trigger: Outcome, reason: str, *, is_unknown: bool) -> Verdict:
        """The question does not arise; or, where the agent owed the trigger, it was not said, unless nobody can know."""
        if self._shares is None or trigger.undecided or is_unknown:
            return Verdict(qualification="NA", reason=reason)
        parts = self._parts(("NO", (), reason), ("NO", (), "there is no trigger that it could belong to"))
        return Verdict(qualification="NO", reason=reason, parts=parts)

    def _without_answer(self, reading: Reading, answers: Answers, trigger: Outcome, answer: Outcome) -> Verdict:
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
        reason += _short_of(answer)
        if answer.undecided:
            return Verdict(qualification="NA", trigger=trigger.evidence, reason=reason)
        near: tuple[Evidence, ...] = (answer.nearest.evidence,) if answer.nearest else ()
        parts = self._parts(("YES", trigger.evidence, ""), ("NO", near, reason))
        return Verdict(qualification="NO", evidence=near, trigger=trigger.evidence, reason=reason, parts=parts)

    def _parts(self, trigger: _Told, answer: _Told) -> tuple[Part, ...]:
        shares = self._shares
        if shares is None:
            return ()
        return part("trigger", "Trigger", shares.trigger, *trigger), part("answer", "Answer", shares.answer, *answer)

    def _obstacle(self, reading: Reading) -> str:
        """Why it cannot be judged at all, or nothing."""
        return "" if self._is_silence_judged else self._answer.obstacle(reading)


def _short_of(outcome: Outcome) -> str:
    """What a search came to that found nothing: the judge's reason, or the nearest miss."""
    if outcome.undecided:
        return f"; the judge says that it does not apply: {outcome.undecided}"
    return f"; nearest: {outcome.nearest.evidence.why}" if outcome.nearest else ""


@lru_cache(maxsize=1024)
def _plan(settings: Settings) -> _Plan:
    return _Plan(settings)
