"""A graded answer: the level of the first rule whose finding is there, or the one that a judge chooses.

Settings, semantics and examples for users: docs/reference/metrics/graded.md.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict, cite, grounds, nothing_in, unsaid_in
from auscult.domain.probe import Answer, Answers, Grading, GradingAnswer, LevelMeaning, Probe, Transcript, Use
from auscult.metrics._contract import Planned
from auscult.metrics._finding.citing import quoted_of_record
from auscult.metrics._finding.joining import compiled, scope_of, searches_of, shown
from auscult.metrics._finding.language import Finding, Problem, Side, finding_problems, silence_of
from auscult.metrics._finding.reading import reading_of, words_decide
from auscult.metrics._finding.search import NOT_KNOWN


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The level that is the answer where something is found."""

    level: str | int
    found: Finding


class Meaning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level, and what it means in the words of a judge."""

    level: str | int
    means: str


class Judged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Question to a judge where no rule holds, and the levels that it may choose with their meanings.

    Without ``levels`` it answers with a number. ``speaker`` limits the turns that may be evidence. ``uses`` names what
    it reads in addition to the turns.
    """

    question: str
    levels: tuple[Meaning, ...] = ()
    speaker: Side = "agent"
    uses: tuple[Use, ...] = ()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type: rules in order, and the level where none of them holds."""

    otherwise: str | int
    rules: tuple[Rule, ...] = ()
    judge: Judged | None = None
    question: str = ""
    not_when: Finding | None = None
    languages: tuple[str, ...] | None = None

    def named_levels(self) -> dict[str, str]:
        """Return every level that is named here, by its field."""
        judged = self.judge.levels if self.judge else ()
        return (
            {f"rules[{at}].level": str(rule.level) for at, rule in enumerate(self.rules)}
            | {f"judge.levels[{at}].level": str(one.level) for at, one in enumerate(judged)}
            | {"otherwise": str(self.otherwise)}
        )


class Graded(Planned[Settings]):
    """Level of the first rule that holds, else the judge's; NA without talk of the speaker, or where ``not_when`` is found."""

    name: ClassVar[str] = "graded"
    settings_type: ClassVar[type[Struct]] = Settings

    def plan(self, settings: Settings) -> "_Plan":
        """Return the settings, compiled."""
        return _plan(settings)

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return what is wrong in the findings."""
        found = [
            problem
            for at, rule in enumerate(settings.rules)
            for problem in finding_problems(rule.found, f"rules[{at}].found", has_trigger=False)
        ]
        if not settings.rules and settings.judge is None:
            found.append(("rules", coded("is empty; give a rule for each level but the one of otherwise, or a judge")))
        found.extend(_judge_problems(settings))
        if settings.not_when:
            found.extend(finding_problems(settings.not_when, "not_when", has_trigger=False))
        return tuple(found)


def _judge_problems(settings: Settings) -> Iterator[Problem]:
    judge = settings.judge
    if judge is None:
        return
    if not judge.question.strip():
        yield "judge.question", coded("is empty; ask what decides the level")
    first: dict[str, int] = {}
    for at, one in enumerate(judge.levels):
        if not one.means.strip():
            yield f"judge.levels[{at}].means", coded("is empty; say when {value} is right", value=one.level)
        if one.level == "NA":
            yield (
                f"judge.levels[{at}].level",
                coded("NA is what a judge answers where the question does not arise; rename it"),
            )
        if first.setdefault(str(one.level), at) != at:
            yield (
                f"judge.levels[{at}].level",
                coded("is named by judge.levels[{n}] too; name each level once", n=first[str(one.level)]),
            )


class _Plan:
    """A metric's settings, compiled."""

    def __init__(self, settings: Settings) -> None:
        self._rules = [(str(rule.level), compiled(rule.found, "agent")) for rule in settings.rules]
        self._otherwise = str(settings.otherwise)
        self._not_when = compiled(settings.not_when, "customer") if settings.not_when else None
        findings = [found for _, found in self._rules] + ([self._not_when] if self._not_when else [])
        self._searches = [search for found in findings for search in searches_of(found)]
        self._judge = settings.judge
        asked = [Grading] if settings.judge else []
        self.needs = frozenset[type[Probe]](asked).union(*(search.needs for search in self._searches))

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        reading = reading_of(conversation)
        grading = self._grading(conversation)
        if grading and words_decide(self.judge, conversation):
            return ()
        asked: list[Probe] = [probe for search in self._searches if search.needs for probe in search.probes(reading)]
        return tuple(dict.fromkeys([*asked, *([grading] if grading else [])]))

    def _grading(self, conversation: Conversation) -> Grading | None:
        """Return the question to a judge, or nothing without talk of the speaker."""
        indexes = reading_of(conversation).turn_indexes(self._judge.speaker) if self._judge else ()
        if self._judge is None or not indexes:
            return None
        return Grading(
            question=self._judge.question,
            levels=tuple(LevelMeaning(str(one.level), one.means) for one in self._judge.levels),
            baseline=self._otherwise,
            transcript=Transcript.of(conversation, self._judge.uses),
            turn_ids=tuple(conversation.turns[index].id for index in indexes),
        )

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        reading = reading_of(conversation)
        if self._judge and "calls" in self._judge.uses and conversation.calls is None:
            return Verdict(qualification="NA", reason=NOT_KNOWN)
        obstacles = [found.obstacle(reading) for _, found in self._rules]
        grading = self._grading(conversation)
        if all(obstacles) and not grading:
            whose = self._judge.speaker if self._judge else "any"
            return Verdict(qualification="NA", reason=obstacles[0] if obstacles else silence_of(whose))
        if self._not_when:
            ruled_out = self._not_when.decide(reading, answers, None)
            if ruled_out.position is not None:
                return Verdict(
                    qualification="NA", evidence=ruled_out.evidence, reason=coded("ruled out: not_when is found")
                )
        for level, found in self._rules:
            outcome = found.decide(reading, answers, None)
            if outcome.position is not None:
                return Verdict(
                    qualification="YES",
                    level=level,
                    evidence=shown(outcome, reading),
                    reason=coded("level {name}", name=level),
                )
        if grading:
            return self._judged(conversation, answers[grading])
        reason = coded(
            "level {name}: no rule holds in {place}",
            name=self._otherwise,
            place=scope_of(found for _, found in self._rules),
        )
        evidence = (unsaid_in(reading.turns),) if reading.turns else (nothing_in(()),)
        return Verdict(qualification="NO", level=self._otherwise, evidence=evidence, reason=reason)

    def _judged(self, conversation: Conversation, answer: Answer) -> Verdict:
        """Return the level that a judge chose, with the turns that it points at."""
        assert isinstance(answer, GradingAnswer)  # noqa: S101  (a grading is answered by one)
        pointed = set(answer.turn_ids)
        turns = tuple(
            cite(turn, coded("judged: {words}", words=answer.reason))
            for turn in conversation.turns
            if turn.id in pointed
        )
        evidence = (*turns, *quoted_of_record([answer]))
        if answer.level is None:
            reason = coded("the judge says that it does not apply: {judged}", judged=answer.reason)
            return Verdict(qualification="NA", evidence=evidence, reason=reason)
        reason = coded("level {name}; the judge: {judged}", name=answer.level, judged=answer.reason)
        if answer.level != self._otherwise:
            return Verdict(qualification="YES", level=answer.level, evidence=grounds(evidence), reason=reason)
        read = (unsaid_in(conversation.turns),) if conversation.turns else (nothing_in(()),)
        return Verdict(qualification="NO", level=answer.level, evidence=evidence or read, reason=reason)


@lru_cache(maxsize=1024)
def _plan(settings: Settings) -> _Plan:
    return _Plan(settings)
