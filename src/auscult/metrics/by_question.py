"""A question about what was said: is something found, or is it not? Static, or dynamic with a trigger.

With sub-weights, trigger and answer are both the agent's duty, and scored one by one (rule 9).

Settings, semantics and examples for users: docs/reference/metrics/by_question.md.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded, joined
from auscult.domain.evaluation import Evidence, Part, Qualification, Verdict
from auscult.domain.insight import Insights
from auscult.domain.probe import Acts, Answers, Judgement, Probe
from auscult.domain.said.spelling import did_you_mean
from auscult.metrics._contract import Base
from auscult.metrics._events.parts import part, share_problems
from auscult.metrics._finding.joining import Joined, absence, compiled, searches_of, shown
from auscult.metrics._finding.language import Finding, Problem, finding_problems, speakers_of
from auscult.metrics._finding.reading import (
    Reading,
    na_without_speakers,
    none_without_speakers,
    reading_of,
    words_decide,
)
from auscult.metrics._finding.search import NOTHING, Outcome, Search
from auscult.metrics._finding.voting import LANGUAGES, said_most_clearly, voted
from auscult.votes import acts_probes, questions

MOST_LEAN = 4
"""Log odds that a question may lean to a YES, or away from it."""


class SubWeights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the weight of trigger and answer, in percent."""

    trigger: Decimal
    answer: Decimal


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    answer: Finding
    question: str = ""
    trigger: Finding | None = None
    sub_weights: SubWeights | None = None
    excused_when: Finding | None = None
    excused_because: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    not_when: Finding | None = None
    when_silent: Literal["na", "no"] = "na"
    vote: str | None = None
    lean: float = 0.0
    languages: tuple[str, ...] | None = None


class ByQuestion(Base[Settings]):
    """YES when the answer is found, NO when not, NA when the question does not arise or the answer is unknown."""

    name: ClassVar[str] = "by_question"
    settings_type: ClassVar[type[Struct]] = Settings
    reads_words: ClassVar[bool] = True

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the findings."""
        found: list[tuple[str, str]] = []
        for name, finding in _findings(settings):
            has_trigger = settings.trigger is not None and name != "trigger"
            found.extend(finding_problems(finding, name, has_trigger=has_trigger))
        if settings.excused_because is not None and settings.excused_when is None:
            found.append(("excused_because", coded("give it with excused_when, whose reason it is")))
        if settings.vote is not None and settings.vote not in questions():
            hint = did_you_mean(
                settings.vote, questions(), coded("there is: {list}", list=", ".join(sorted(questions())))
            )
            found.append(("vote", coded("trained heads do not vote on {value!r}", value=settings.vote) + "; " + hint))
        if settings.lean and (settings.vote is None or abs(settings.lean) > MOST_LEAN):
            found.append(
                ("lean", coded("belongs to a metric with a vote, and is from -{most} to {most}", most=MOST_LEAN))
            )
        if settings.vote is not None and settings.sub_weights is not None:
            found.append(("vote", coded("belongs to a metric without sub_weights, whose parts are decided by words")))
        return (*found, *_sub_weight_problems(settings))

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """The languages that its words are in, where the metric names them; of heads that vote, theirs."""
        if settings.languages is not None:
            return frozenset(settings.languages)
        return LANGUAGES if settings.vote is not None else None

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """An embedding engine for ``similar``, a judge for ``judge``, heads for ``vote``."""
        return _plan(settings).needs | ({Acts} if settings.vote else frozenset[type[Probe]]())

    def is_split(self, settings: Settings) -> bool:
        """With sub-weights."""
        return settings.sub_weights is not None

    @none_without_speakers
    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the turns that words alone do not decide."""
        asked = _plan(settings).probes(conversation)
        return (*asked, *acts_probes(conversation)) if settings.vote else asked

    @na_without_speakers
    def judge(
        self,
        settings: Settings,
        conversation: Conversation,
        answers: Answers,
        insights: Insights | None = None,
    ) -> Verdict:
        """The verdict, with the turns that decided it."""
        plan = _plan(settings)
        by_words = plan.judge(conversation, answers)
        if settings.vote is None:
            return by_words
        verdict = voted(by_words, settings.vote, conversation, answers, insights, lean=settings.lean)
        if verdict.qualification != by_words.qualification:
            return verdict
        return said_most_clearly(verdict, settings.vote, plan.sought, conversation, answers)


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
        yield "sub_weights", coded("share the weight between trigger and answer, and there is no trigger")
    elif not set(speakers_of(settings.trigger, "customer")) <= {"agent", "handler"}:
        yield "sub_weights", coded("score the agent's trigger, so its speaker must be agent")


_PartResult = tuple[Qualification, tuple[Evidence, ...], str]
"""How a part turned out: the answer, what shows it, and why."""


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._not_when = compiled(settings.not_when, "customer") if settings.not_when else None
        self._trigger = compiled(settings.trigger, "customer") if settings.trigger else None
        self._answer = compiled(settings.answer, "agent")
        self._excused = compiled(settings.excused_when, "customer") if settings.excused_when else None
        self._excused_because = settings.excused_because
        self._is_silence_judged = settings.when_silent == "no"
        self._shares = settings.sub_weights
        self._is_by_words = self._trigger is not None and not any(one.needs for one in searches_of(self._trigger))
        for one in (self._not_when, self._answer, self._excused):
            for search in searches_of(one) if one else ():
                search.is_trigger_by_words, search.is_any_turn_enough = self._is_by_words, True
        present = [one for one in (self._not_when, self._trigger, self._answer, self._excused) if one]
        self._searches = [search for one in present for search in searches_of(one)]
        self.needs = frozenset[type[Probe]]().union(*(search.needs for search in self._searches))

    @property
    def sought(self) -> Joined | Search:
        """The answer that is searched for."""
        return self._answer

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        reading = reading_of(conversation)
        if (
            not self.needs
            or self._obstacle(reading)
            or (Judgement in self.needs and words_decide(self.judge, conversation))
        ):
            return ()
        trigger = self._trigger.decide(reading, {}, None).position if self._trigger and self._is_by_words else None
        asked = (
            probe for search in self._searches if search.needs for probe in search.probes(reading, trigger=trigger)
        )
        return tuple(dict.fromkeys(asked))

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        reading = reading_of(conversation)
        if reason := self._obstacle(reading):
            return Verdict(qualification="NA", reason=reason)
        trigger = NOTHING
        if self._trigger:
            trigger = self._trigger.decide(reading, answers, None)
            if trigger.position is None:
                obstacle = self._trigger.obstacle(reading)
                reason = obstacle or coded("no trigger in {place}", place=self._trigger.scope)
                is_unknown = bool(obstacle) and bool(reading.turn_indexes("agent"))
                reason = _short_of(reason, trigger)
                return self._without_trigger(reading, self._trigger, trigger, reason, is_unknown=is_unknown)
        if self._not_when:
            ruled_out = self._not_when.decide(reading, answers, trigger.position)
            if ruled_out.position is not None:
                return Verdict(
                    qualification="NA",
                    evidence=ruled_out.evidence,
                    trigger=trigger.evidence,
                    reason=coded("ruled out, because {because}", because=_because(ruled_out)),
                )
        answer = self._answer.decide(reading, answers, trigger.position)
        if answer.position is not None:
            evidence = shown(answer, reading)
            parts = self._parts(("YES", trigger.evidence, ""), ("YES", evidence, ""))
            return Verdict(qualification="YES", evidence=evidence, trigger=trigger.evidence, parts=parts)
        return self._without_answer(reading, answers, trigger, answer)

    def _without_trigger(
        self, reading: Reading, sought: Joined | Search, trigger: Outcome, reason: str, *, is_unknown: bool
    ) -> Verdict:
        """Judge a question that does not arise; or, where the agent owed the trigger, was not said, unless that is unknown."""
        if self._shares is None or trigger.undecided or is_unknown:
            return Verdict(qualification="NA", reason=reason)
        evidence = (absence([sought], reading, None),)
        parts = self._parts(
            ("NO", evidence, reason), ("NO", evidence, coded("there is no trigger that it could belong to"))
        )
        return Verdict(qualification="NO", evidence=evidence, reason=reason, parts=parts)

    def _without_answer(self, reading: Reading, answers: Answers, trigger: Outcome, answer: Outcome) -> Verdict:
        reason = coded("not found in {place}", place=self._answer.scope)
        if self._excused:
            excuse = self._excused.decide(reading, answers, trigger.position)
            if excuse.position is not None:
                return Verdict(
                    qualification="NA",
                    evidence=excuse.evidence,
                    trigger=trigger.evidence,
                    reason=coded(
                        "not found in {place}, and excused, because {because}",
                        place=self._answer.scope,
                        because=self._excused_because or _because(excuse),
                    ),
                )
        reason = _short_of(reason, answer)
        if answer.undecided:
            return Verdict(qualification="NA", trigger=trigger.evidence, reason=reason)
        near: tuple[Evidence, ...] = answer.against or ((answer.nearest.evidence,) if answer.nearest else ())
        near = near or (absence([self._answer], reading, trigger.position),)
        parts = self._parts(("YES", trigger.evidence, ""), ("NO", near, reason))
        return Verdict(qualification="NO", evidence=near, trigger=trigger.evidence, reason=reason, parts=parts)

    def _parts(self, trigger: _PartResult, answer: _PartResult) -> tuple[Part, ...]:
        shares = self._shares
        if shares is None:
            return ()
        return part("trigger", "Trigger", shares.trigger, *trigger), part("answer", "Answer", shares.answer, *answer)

    def _obstacle(self, reading: Reading) -> str:
        """Why it cannot be judged at all, or nothing."""
        return "" if self._is_silence_judged else self._answer.obstacle(reading)


def _because(found: Outcome) -> str:
    """Return the turns that decided, and what is in them, in words."""
    return joined(coded(" and "), [coded("{turn} {why}", turn=each.turn_id, why=each.why) for each in found.evidence])


def _short_of(reason: str, outcome: Outcome) -> str:
    """Return a reason with why a search found nothing: the judge's reason, or the nearest miss."""
    if outcome.undecided:
        return coded(
            "{before}; the judge says that it does not apply: {judged}", before=reason, judged=outcome.undecided
        )
    if outcome.denied:
        return coded("{before}; the judge says no: {judged}", before=reason, judged=outcome.denied)
    if outcome.nearest:
        return coded("{before}; nearest: {whys}", before=reason, whys=outcome.nearest.evidence.why)
    return reason


def _plan(settings: Settings) -> _Plan:
    return _plan_of_words(replace(settings, lean=0.0) if settings.lean else settings)


@lru_cache(maxsize=1024)
def _plan_of_words(settings: Settings) -> _Plan:
    return _Plan(settings)
