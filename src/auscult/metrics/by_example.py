"""A question in words that people taught by ticking turns: does any turn say it?

Settings, semantics and examples for users: docs/reference/metrics/by_example.md.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import ClassVar, Literal

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Cited, Evidence, Verdict, cite, nothing_in
from auscult.domain.probe import Answers, Probe, Resemblance, ResemblanceAnswer, Said
from auscult.domain.questions.taught import COUNTS_FROM, Speaker, Taught, likelihood, spoken
from auscult.domain.said.negation import denies
from auscult.metrics._contract import Planned
from auscult.metrics._finding.joining import Joined, compiled, searches_of
from auscult.metrics._finding.language import Entry, Finding, finding_problems
from auscult.metrics._finding.reading import reading_of
from auscult.metrics._finding.search import NOTHING, Outcome, Search
from auscult.votes import acts_probe

OCCASIONS = ("escalation_request", "hold_noticed_by_customer", "leaving", "problem", "threats")
"""Wording packs of customers that may be the occasion of a question; each language has them."""
_SURE = Decimal("0.01")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type. ``trigger`` is the occasion: without it the question is asked everywhere.

    ``order``: only turns on that side of the occasion count. ``denials``: only turns that deny something count, or only
    others. ``counts_from`` is the kappa from which on the answers count; ``taught`` is what ticks taught.
    """

    question: str
    speaker: Speaker = "agent"
    trigger: Finding | None = None
    order: Literal["before", "after"] | None = None
    denials: Literal["never", "only"] | None = None
    counts_from: Decimal = COUNTS_FROM
    taught: Taught | None = None
    languages: tuple[str, ...] | None = None

    @property
    def is_counted(self) -> bool:
        """Return whether it agrees with people well enough to count."""
        return self.taught is not None and Decimal(str(self.taught.kappa)) >= self.counts_from

    def counts(self, values: Mapping[str, str]) -> bool:
        """Return whether a turn with these values may be a Yes."""
        wanted = {"order": self.order, "denials": self.denials}
        return all(value is None or values.get(key, value) == value for key, value in wanted.items())


class ByExample(Planned[Settings]):
    """YES with the turn that says it, NO where none does, NA where there is no occasion; else it waits for a person."""

    name: ClassVar[str] = "by_example"
    settings_type: ClassVar[type[Struct]] = Settings

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the question, of its occasion, and of its limit."""
        found = list(finding_problems(settings.trigger, "trigger", has_trigger=False)) if settings.trigger else []
        if not settings.question.strip():
            found.append(("question", coded("is empty; ask it in words, like: Did the agent offer a refund?")))
        if settings.order and not settings.trigger:
            found.append(("order", coded("needs an occasion: name one under trigger, or leave it out")))
        if not 0 <= settings.counts_from <= 1:
            found.append(("counts_from", coded("{value} must be from 0 to 1", value=settings.counts_from)))
        return tuple(found)

    def plan(self, settings: Settings) -> "_Plan":
        """Return the settings, compiled."""
        return _plan(settings)


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trigger = compiled(settings.trigger, "customer") if settings.trigger else None
        self._searches = searches_of(self._trigger) if self._trigger else []
        self.needs = frozenset[type[Probe]]().union(*(search.needs for search in self._searches))
        if settings.taught is not None:
            self.needs |= {Resemblance}

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        if self._settings.taught is None:
            return ()
        asked = self.asked_first(conversation)
        turns = [said for _turn, said in spoken(conversation, self._settings.speaker)]
        return tuple(dict.fromkeys([*asked, *([_asked(self._settings.taught, conversation, turns)] if turns else [])]))

    def asked_first(self, conversation: Conversation) -> list[Probe]:
        reading = reading_of(conversation)
        return [probe for each in self._searches if each.needs for probe in each.probes(reading, trigger=None)]

    def occasion(self, conversation: Conversation, answers: Answers) -> Outcome:
        return self._trigger.decide(reading_of(conversation), answers, None) if self._trigger else NOTHING

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        taught, occasion = self._settings.taught, NOTHING
        if taught is None:
            return Verdict(qualification="-", reason=coded("not taught yet: tick turns of past conversations"))
        if self._trigger is not None:
            occasion = self.occasion(conversation, answers)
            if occasion.position is None:
                return Verdict(qualification="NA", reason=coded("no trigger in {place}", place=self._trigger.scope))
        turns = spoken(conversation, self._settings.speaker)
        if not turns:
            return Verdict(qualification="NA", reason=coded("no turns of the one who is asked about"))
        found = answers[_asked(taught, conversation, [said for _turn, said in turns])]
        assert isinstance(found, ResemblanceAnswer)  # noqa: S101  (an engine answers its own kind)
        is_narrow = self._settings.order or self._settings.denials
        values = values_of(conversation, occasion.position) if is_narrow else {}
        among = [index for index, (turn, _said) in enumerate(turns) if self._settings.counts(values.get(turn.id, {}))]
        best = max(among or range(len(turns)), key=lambda index: found.odds[index])
        is_yes = bool(among) and found.odds[best] > found.yes_from
        share = likelihood(found.odds[best]) if among else 0.0
        said = cite(turns[best][0], coded("looks most like what was ticked"))
        if not self._settings.is_counted:
            return _tried(taught, said, is_yes=is_yes)
        sure = Decimal(str(share if is_yes else 1 - share)).quantize(_SURE)
        if is_yes:
            return Verdict(qualification="YES", evidence=(said,), trigger=occasion.evidence, confidence=sure)
        return Verdict(
            qualification="NO",
            evidence=(nothing_in(conversation.turns),),
            trigger=occasion.evidence,
            reason=coded("no turn looks like what was ticked"),
            confidence=sure,
        )


def values_of(conversation: Conversation, occasion: int | None) -> dict[str, dict[str, str]]:
    """Return who speaks, whether it denies, and its side of the occasion at that index, by the id of each turn."""
    found: dict[str, dict[str, str]] = {}
    for index, turn in enumerate(conversation.turns):
        is_denial = denies(turn.text, conversation.language)
        found[turn.id] = {
            "speaker": turn.speaker if turn.speaker in ("agent", "customer") else "",
            "denials": "only" if is_denial else "never",
        }
        if occasion is not None:
            found[turn.id]["order"] = "before" if index < occasion else "after" if index > occasion else ""
    return found


def occasions_of(conversation: Conversation, language: str) -> dict[str, str]:
    """Return what may be the occasion of a question, by the name of its wording pack: which of them the customer says."""
    reading, found = reading_of(conversation), dict[str, str]()
    for pack in (f"{language}/{each}" for each in OCCASIONS):
        is_said = _occasion(pack).decide(reading, {}, None).position is not None
        found[pack] = pack if is_said else ""
    return found


@cache
def _occasion(pack: str) -> Joined | Search:
    return compiled(Finding(any_of=(Entry(wording=pack),)), "customer")


def _asked(taught: Taught, conversation: Conversation, turns: Sequence[Said]) -> Resemblance:
    return Resemblance(taught.weights, taught.encoder, tuple(turns), acts_probe(conversation))


def _tried(taught: Taught, said: Cited, *, is_yes: bool) -> Verdict:
    """Return an answer that does not count yet: what the machine would say, and how often it was right."""
    reason = coded(
        "tried on {n} of your answers: {m} right; a person or a judge should answer this one"
        " (the machine would say {answer})",
        n=taught.answers,
        m=taught.right,
        answer="YES" if is_yes else "NO",
    )
    shown: tuple[Evidence, ...] = (said,) if is_yes else ()
    return Verdict(qualification="-", evidence=shown, reason=reason)


@lru_cache(maxsize=256)
def _plan(settings: Settings) -> _Plan:
    return _Plan(settings)
