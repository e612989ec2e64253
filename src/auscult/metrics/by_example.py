"""A question in words that people taught by ticking turns: does any turn say it?

Settings, semantics and examples for users: docs/reference/metrics/by_example.md.
"""

from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Cited, Evidence, Verdict, cite, nothing_in
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe, Resemblance, ResemblanceAnswer
from auscult.domain.questions.taught import COUNTS_FROM, Speaker, Taught, likelihood, spoken
from auscult.metrics._base import Base
from auscult.metrics._finding.joining import Joined, compiled, searches_of
from auscult.metrics._finding.language import Finding, finding_problems
from auscult.metrics._finding.reading import Reading, na_without_speakers, none_without_speakers, reading_of
from auscult.metrics._finding.search import NOTHING, Outcome, Search

_SURE = Decimal("0.01")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type. ``trigger`` is the occasion: without it the question is asked everywhere.

    ``counts_from`` is the kappa from which on the answers count; ``taught`` is what ticks taught.
    """

    question: str
    speaker: Speaker = "agent"
    trigger: Finding | None = None
    counts_from: Decimal = COUNTS_FROM
    taught: Taught | None = None

    @property
    def is_counted(self) -> bool:
        """Return whether it agrees with people well enough to count."""
        return self.taught is not None and Decimal(str(self.taught.kappa)) >= self.counts_from


class ByExample(Base[Settings]):
    """YES with the turn that says it, NO where none does, NA where there is no occasion; else it waits for a person."""

    name: ClassVar[str] = "by_example"
    settings_type: ClassVar[type[Struct]] = Settings
    reads_words: ClassVar[bool] = True

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the question, of its occasion, and of its limit."""
        found = list(finding_problems(settings.trigger, "trigger", has_trigger=False)) if settings.trigger else []
        if not settings.question.strip():
            found.append(("question", coded("is empty; ask it in words, like: Did the agent offer a refund?")))
        if not 0 <= settings.counts_from <= 1:
            found.append(("counts_from", coded("{value} must be from 0 to 1", value=settings.counts_from)))
        return tuple(found)

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """Return the probes of what it was taught, and of its occasion."""
        occasion = _occasion(settings.trigger).needs if settings.trigger else frozenset[type[Probe]]()
        return occasion | ({Resemblance} if settings.taught else frozenset[type[Probe]]())

    @none_without_speakers
    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about its turns, and those of its occasion."""
        if settings.taught is None:
            return ()
        occasion = _occasion(settings.trigger).probes(reading_of(conversation)) if settings.trigger else ()
        return (*occasion, *_asked(settings, settings.taught, conversation))

    @na_without_speakers
    def judge(
        self,
        settings: Settings,
        conversation: Conversation,
        answers: Answers,
        insights: Insights | None = None,  # noqa: ARG002 analysis has no part in it
    ) -> Verdict:
        """Return the verdict, with the turn that says it, or what was looked through."""
        taught = settings.taught
        if taught is None:
            return Verdict(qualification="-", reason=coded("not taught yet: tick turns of past conversations"))
        occasion: Outcome = NOTHING
        if settings.trigger is not None:
            search = _occasion(settings.trigger)
            occasion = search.decide(reading_of(conversation), answers)
            if occasion.position is None:
                return Verdict(qualification="NA", reason=coded("no trigger in {place}", place=search.scope))
        turns = [turn for turn, _said in spoken(conversation, settings.speaker)]
        if not turns:
            return Verdict(qualification="NA", reason=coded("no turns of the one who is asked about"))
        (probe,) = _asked(settings, taught, conversation)
        found = answers[probe]
        assert isinstance(found, ResemblanceAnswer)  # noqa: S101  (an engine answers its own kind)
        best = max(range(len(turns)), key=lambda index: found.odds[index])
        share = likelihood(found.odds[best])
        said = cite(turns[best], coded("looks most like what was ticked"))
        if not settings.is_counted:
            return _tried(taught, said, is_yes=found.odds[best] > 0)
        is_yes = found.odds[best] > 0
        confidence = Decimal(str(max(share, 1 - share))).quantize(_SURE)
        if is_yes:
            return Verdict(qualification="YES", evidence=(said,), trigger=occasion.evidence, confidence=confidence)
        return Verdict(
            qualification="NO",
            evidence=(nothing_in(conversation.turns),),
            trigger=occasion.evidence,
            reason=coded("no turn looks like what was ticked"),
            confidence=confidence,
        )


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


def _asked(settings: Settings, taught: Taught, conversation: Conversation) -> tuple[Resemblance, ...]:
    turns = tuple([said for _turn, said in spoken(conversation, settings.speaker)])
    return (Resemblance(taught.weights, taught.encoder, turns),) if turns else ()


class _Occasion:
    """The occasion of a question, compiled."""

    def __init__(self, finding: Finding) -> None:
        self._search: Joined | Search = compiled(finding, "customer")
        searches = searches_of(self._search)
        self.needs = frozenset[type[Probe]]().union(*(each.needs for each in searches))
        self._searches = [each for each in searches if each.needs]

    @property
    def scope(self) -> str:
        """Return where it is looked for, in words."""
        return self._search.scope

    def probes(self, reading: Reading) -> tuple[Probe, ...]:
        """Return the questions about turns that words alone do not decide."""
        found = (probe for each in self._searches for probe in each.probes(reading, trigger=None))
        return tuple(dict.fromkeys(found))

    def decide(self, reading: Reading, answers: Answers) -> Outcome:
        """Find it."""
        return self._search.decide(reading, answers, None)


@lru_cache(maxsize=256)
def _occasion(finding: Finding) -> _Occasion:
    return _Occasion(finding)
