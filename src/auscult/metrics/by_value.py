"""Truth of a statement: a value compared with a source of truth. Static, or dynamic with a trigger.

Settings, semantics and examples for users: docs/reference/metrics/by_value.md.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import Coded, coded, template
from auscult.domain.evaluation import Comparison, Evidence, Verdict, cite, grounds, nothing_in
from auscult.domain.privacy.digests import are_of_one_key
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.values import Locale, Value, is_masked, is_same, read
from auscult.metrics._contract import Planned
from auscult.metrics._finding.citing import shortened
from auscult.metrics._finding.joining import compiled, searches_of
from auscult.metrics._finding.language import Finding, Problem, finding_problems, silence_of
from auscult.metrics._finding.reading import Reading, reading_of
from auscult.metrics._values.choosing import Rule, agreed_on
from auscult.metrics._values.said import Heard, Said, Sayings, said_problems
from auscult.metrics._values.source import Source, Sources, source_problems

_NUMERIC = ("number", "amount", "percentage")
_AGREED = "Give only the value that both sides agreed on in the end, from the turn in which it was said."


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    said: Said
    source: Source
    question: str = ""
    trigger: Finding | None = None
    rule: Rule = "last"
    custom_rule: str | None = None
    tolerance: Decimal = Decimal(0)
    when_not_said: Literal["no", "na"] = "no"
    languages: tuple[str, ...] | None = None


class ByValue(Planned[Settings]):
    """YES when the value that counts is the source's, NO when it is another or was not said, NA when none applies."""

    name: ClassVar[str] = "by_value"
    settings_type: ClassVar[type[Struct]] = Settings

    def plan(self, settings: Settings) -> "_Plan":
        """Return the settings, compiled."""
        return _plan(settings)

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the value, its source and the rule."""
        return tuple(_problems(settings))


def _problems(settings: Settings) -> Iterator[Problem]:
    has_trigger = settings.trigger is not None
    yield from said_problems(settings.said, "said", has_trigger=has_trigger)
    yield from source_problems(settings.source, "source")
    if settings.trigger is not None:
        yield from finding_problems(settings.trigger, "trigger", has_trigger=False)
    if (settings.rule == "custom") != (settings.custom_rule is not None):
        yield "custom_rule", coded("goes with rule: custom, and only there: describe which of the values counts")
    if settings.rule == "custom" and settings.said.judge is None:
        yield "rule", coded("custom needs said.judge, for only a judge can read the rule")
    if settings.rule == "negotiated" and settings.said.speaker in ("any", "bot"):
        yield "said.speaker", coded("must be agent or customer where both have to agree")
    if settings.custom_rule is not None and not settings.custom_rule.strip():
        yield "custom_rule", coded("is empty; describe which of the values counts")
    if settings.tolerance < 0:
        yield "tolerance", coded("{value} must be 0 or more", value=settings.tolerance)
    if settings.tolerance and settings.said.kind not in _NUMERIC:
        yield "tolerance", coded("belongs to {list}, not to {name}", list=", ".join(_NUMERIC), name=settings.said.kind)
    if settings.tolerance and settings.rule == "strict":
        yield "tolerance", coded("and strict contradict each other; strict allows no deviation")


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._trigger = compiled(settings.trigger, "customer") if settings.trigger else None
        self._sayings = Sayings(
            settings.said, advice=settings.custom_rule or (_AGREED if settings.rule == "negotiated" else "")
        )
        self._sources = Sources(settings.source)
        asked = [search.needs for search in searches_of(self._trigger)] if self._trigger else []
        self.needs = frozenset[type[Probe]]().union(self._sayings.needs, self._sources.needs, *asked)

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        reading = reading_of(conversation)
        if not self.needs or not reading.turn_indexes(self._sayings.speaker):
            return ()
        asked: list[Probe | None] = [self._sayings.probe(conversation, reading), self._sources.probe(reading)]
        for search in searches_of(self._trigger) if self._trigger else ():
            asked.extend(search.probes(reading))
        return tuple(dict.fromkeys(probe for probe in asked if probe is not None))

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        reading = reading_of(conversation)
        speaker = self._sayings.speaker
        if not reading.turn_indexes(speaker):
            return Verdict(qualification="NA", reason=silence_of(speaker))
        position, shown = None, ()
        if self._trigger is not None:
            trigger = self._trigger.decide(reading, answers, None)
            if trigger.position is None:
                reason = self._trigger.obstacle(reading) or coded("no trigger in {place}", place=self._trigger.scope)
                return Verdict(qualification="NA", reason=reason)
            position, shown = trigger.position, trigger.evidence
        return replace(self._held_against(reading, answers, position), trigger=shown)

    def _held_against(self, reading: Reading, answers: Answers, trigger: int | None) -> Verdict:
        """Compare the values that were said with the source's."""
        said, conversation = self._settings.said, reading.conversation
        truth = self._sources.truth(reading, answers)
        if truth.text is None:
            return Verdict(qualification="NA", reason=truth.reason)
        locale = Locale.of(conversation.language, conversation.started_at.date())
        right = read(said.kind, truth.text, locale)
        if right is None:
            return Verdict(
                qualification="NA",
                reason=coded(
                    "the source says '{value}', which is no {kind}", value=shortened(truth.text), kind=coded(said.kind)
                ),
            )
        if obstacle := self._sayings.obstacle(reading):
            return Verdict(qualification="NA", reason=_by_the_source(obstacle, right))
        heard = self._sayings.heard(reading, answers, trigger)
        counting = self._counting(reading, heard, trigger, right)
        if not counting:
            missing = coded("no value is agreed on")
            if not heard:
                missing = coded("no {name} is said in {place}", name=said.name, place=self._sayings.scope)
            compared = Comparison(name=said.name, source=str(right))
            answer: Literal["NO", "NA"] = "NO" if self._settings.when_not_said == "no" else "NA"
            reason = _by_the_source(missing, right)
            return Verdict(
                qualification=answer, evidence=(nothing_in(conversation.turns),), reason=reason, compared=compared
            )
        return self._compared(counting, right, conversation, truth.digests)

    def _compared(
        self, counting: Sequence[Heard], right: Value, conversation: Conversation, digests: Sequence[str]
    ) -> Verdict:
        """Compare the values that count with the right one; those that are masked by their hashes."""
        said = self._settings.said
        if not is_masked(right) and all(_has_hash(one, conversation, digests) for one in counting):
            return self._by_digest(counting, conversation, digests)
        if any(is_masked(one.value) != is_masked(right) for one in counting):
            reason = coded(
                "the {name} is redacted on one side and not on the other, so that nothing compares them", name=said.name
            )
            return Verdict(qualification="NA", reason=reason)
        wrong = [one for one in counting if not self._is_right(one, right)]
        shown = wrong or counting
        return Verdict(
            qualification="NO" if wrong else "YES",
            evidence=grounds(_evidence(one, right, is_right=not wrong) for one in shown),
            reason=coded("says {words} where the source says {value}", words=shown[0].value, value=right)
            if wrong
            else "",
            compared=Comparison(name=said.name, source=str(right), said=str(shown[0].value)),
        )

    def _by_digest(self, counting: Sequence[Heard], conversation: Conversation, digests: Sequence[str]) -> Verdict:
        """Compare masked values with an open one by their keyed hashes. The open one is not shown: it may be theirs."""
        wrong = [one for one in counting if conversation.masks[one.value.plain] not in digests]
        shown = wrong or counting
        said = str(shown[0].value)
        source = coded("a value that differs") if wrong else said
        return Verdict(
            qualification="NO" if wrong else "YES",
            evidence=grounds(_evidence(one, Value(source), is_right=not wrong) for one in shown),
            reason=coded("says {words} where the source says {value}", words=said, value=source) if wrong else "",
            compared=Comparison(name=self._settings.said.name, source=source, said=said),
        )

    def _counting(self, reading: Reading, heard: Sequence[Heard], trigger: int | None, right: Value) -> Sequence[Heard]:
        """The values that must be right: one, or with ``strict`` all of them."""
        rule = self._settings.rule
        if rule == "negotiated" and self._settings.said.judge is None:
            other = "customer" if self._sayings.speaker != "customer" else "agent"
            theirs = self._sayings.heard(reading, {}, trigger, other)
            chosen = agreed_on(self._settings.said.kind, heard, theirs, reading.turns)
            return [chosen] if chosen else []
        if not heard or rule == "strict":
            return heard
        if rule == "any":
            return [next((one for one in heard if self._is_right(one, right)), heard[-1])]
        return heard[:1] if rule == "first" else heard[-1:]

    def _is_right(self, one: Heard, right: Value) -> bool:
        return is_same(self._settings.said.kind, one.value, right, self._settings.tolerance)


def _has_hash(one: Heard, conversation: Conversation, digests: Sequence[str]) -> bool:
    """Return whether a masked value has a hash that can be compared with these."""
    mask = conversation.masks.get(one.value.plain)
    return mask is not None and any(are_of_one_key(mask, digest) for digest in digests)


def _evidence(one: Heard, right: Value, *, is_right: bool) -> Evidence:
    code = template("says '{words}' ({value}), the source says {path}")
    if is_right:
        code = template("says '{words}' ({value}), and so does the source")
    why = coded(code, words=shortened(one.words), value=one.value, path=right)
    return cite(one.turn, why, one.words)


def _by_the_source(reason: str, right: Value) -> Coded:
    return coded("{before}; the source says {value}", before=reason, value=right)


@lru_cache(maxsize=1024)
def _plan(settings: Settings) -> _Plan:
    return _Plan(settings)
