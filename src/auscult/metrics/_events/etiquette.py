"""Agent's statements around an event, a hold or a transfer: parts, each before it, after it, or its length.

Every event of the kind is an instance; a part is met at every instance, or at any, as the form chooses.
Documented for users in docs/reference/metrics/hold.md and transfer.md.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from auscult.domain.ai_agents.calls import happened
from auscult.domain.conversation import WHO, WITHOUT_SPEAKERS, Conversation, are_without_speakers
from auscult.domain.errors import about, coded
from auscult.domain.errors import joined as joined_texts
from auscult.domain.evaluation import Evidence, Part, Qualification, Verdict, at, grounds, joined
from auscult.domain.probe import Answers, Probe
from auscult.domain.said.duration import parse_duration_ms
from auscult.metrics._events.around import AFTER, BEFORE, Instance, after, before, instances_of
from auscult.metrics._events.parts import part, share_problems
from auscult.metrics._finding.language import (
    Finding,
    Problem,
    finding_problems,
    is_joined,
    read_window,
    scope_in_words,
)
from auscult.metrics._finding.reading import Reading, TurnIndexes, reading_of
from auscult.metrics._finding.search import Search
from auscult.metrics._finding.windows import end_ms

Instances = Literal["every", "any"]


class RequiredStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part as a form writes it: what is to be said before the event, or after it."""

    id: str
    name: str | None = None
    before: Finding | None = None
    after: Finding | None = None


class WeightedStatement(RequiredStatement, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part that may have a share of the weight, and may be about how long the event lasts."""

    max_duration: str | int | None = None
    weight: Decimal | None = None


def statement_problems(statements: Sequence[RequiredStatement]) -> Iterator[Problem]:
    """Yield the faults of the parts that a form has."""
    if not any(statement.before for statement in statements):
        yield "parts", coded("need at least one with before: what is to be said before it begins")
    identities = [statement.id for statement in statements]
    for index, statement in enumerate(statements):
        field = f"parts[{index}]"
        if not statement.id.strip() or identities.index(statement.id) != index:
            yield (
                f"{field}.id",
                coded("{value!r} must be a short name that no other part has, like notice", value=statement.id),
            )
        kinds = [name for name in statement.__struct_fields__ if name in ("before", "after", "max_duration")]
        if sum(getattr(statement, kind) is not None for kind in kinds) != 1:
            yield field, _EXACTLY_ONE["max_duration" in kinds]
        if statement.before is not None:
            yield from _finding_problems(statement.before, f"{field}.before", "last")
        if statement.after is not None:
            yield from _finding_problems(statement.after, f"{field}.after", "first")
    yield from _weight_problems([statement for statement in statements if isinstance(statement, WeightedStatement)])


_EXACTLY_ONE = {
    True: coded("needs exactly one of before, after, max_duration"),
    False: coded("needs exactly one of before, after"),
}
_NONE = {"hold": coded("there is no hold"), "transfer": coded("there is no transfer")}
_COUNTS = {
    "first": coded("counts from the event, so it is first, like {first: 20 seconds}"),
    "last": coded("counts from the event, so it is last, like {last: 20 seconds}"),
}


def _finding_problems(finding: Finding, field: str, end: Literal["first", "last"]) -> Iterator[Problem]:
    if is_joined(finding):
        yield field, coded("is one search; put its conditions under any_of, all_of or none_of")
        return
    found = list(finding_problems(finding, field, has_trigger=False))
    yield from found
    if finding.window and f"{field}.window" not in dict(found) and read_window(finding.window).end != end:
        yield f"{field}.window", _COUNTS[end]


def _weight_problems(statements: Sequence[WeightedStatement]) -> Iterator[Problem]:
    for index, statement in enumerate(statements):
        if statement.max_duration is not None:
            try:
                if parse_duration_ms(statement.max_duration) <= 0:
                    yield f"parts[{index}].max_duration", coded("must be longer than nothing")
            except ValueError as error:
                yield f"parts[{index}].max_duration", error.args[0]
    weights = {
        f"parts[{index}].weight": statement.weight
        for index, statement in enumerate(statements)
        if statement.weight is not None
    }
    if 0 < len(weights) < len(statements):
        yield "parts", coded("have weights and have none; give every part a weight, or none of them")
    elif weights:
        yield from share_problems("parts", weights)


class _PartResult(NamedTuple):
    """Result of one part at one instance."""

    answer: Qualification
    evidence: tuple[Evidence, ...]
    reason: str = ""


class Etiquette:
    """The parts of a form, compiled. ``needs``: the probes it may send out."""

    def __init__(self, event: str, statements: Sequence[RequiredStatement], instances: Instances) -> None:
        """Search for statements around events of the type ``event``."""
        self._event = event
        self._instances: Instances = instances
        findings = [(statement, statement.before or statement.after) for statement in statements]
        self._statements = [
            (statement, Search(finding, "agent") if finding else None) for statement, finding in findings
        ]
        self.needs = frozenset[type[Probe]]().union(*(search.needs for _, search in self._statements if search))

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about the turns around the events that words alone do not decide."""
        if not self.needs or not any(event.type == self._event for event in happened(conversation)):
            return ()
        reading = reading_of(conversation)
        asked = (
            probe
            for instance in instances_of(self._event, conversation)
            for statement, search in self._statements
            if search and search.needs
            for probe in search.probes(reading, _around(statement, search, instance, reading))
        )
        return tuple(dict.fromkeys(asked))

    def judge(self, conversation: Conversation, answers: Answers) -> Verdict:
        """The verdict over every instance. It points at the events; each part points at what shows it."""
        instances = instances_of(self._event, conversation)
        if not instances or not conversation.turns:
            return Verdict(qualification="NA", reason=coded("nobody speaks") if instances else _NONE[self._event])
        reading = reading_of(conversation)
        parts = tuple(
            self._part(statement, [_judged(statement, search, instance, reading, answers) for instance in instances])
            for statement, search in self._statements
        )
        return Verdict(
            qualification=joined(parts),
            evidence=grounds(_event_evidence(instance, instance.name, conversation) for instance in instances),
            reason=joined_texts("; ", [about(one.name, one.reason) for one in parts if one.qualification != "YES"]),
            parts=parts,
        )

    def _part(self, statement: RequiredStatement, answers: Sequence[_PartResult]) -> Part:
        """One part over every instance."""
        answer = _over({each.answer for each in answers}, self._instances)
        name = statement.name or statement.id[:1].upper() + statement.id[1:].replace("-", " ").replace("_", " ")
        share = (
            statement.weight
            if isinstance(statement, WeightedStatement) and statement.weight is not None
            else Decimal(0)
        )
        shown = [each for each in answers if each.answer == answer]
        evidence = tuple(piece for each in shown for piece in each.evidence)
        return part(
            statement.id,
            name,
            share,
            answer,
            evidence,
            joined_texts("; ", [each.reason for each in shown if each.reason]),
        )


def _over(answers: set[Qualification], instances: Instances) -> Qualification:
    """One answer for many instances; those to which a part does not apply say nothing."""
    if not answers - {"NA"}:
        return "NA"
    is_met = "NO" not in answers if instances == "every" else "YES" in answers
    return "YES" if is_met else "NO"


def _judged(
    statement: RequiredStatement, search: Search | None, instance: Instance, reading: Reading, answers: Answers
) -> _PartResult:
    """Return the result of one part at one instance."""
    if reason := _obstacle(statement, search, instance, reading):
        return _na(instance, reason)
    if search is None:
        return _length(statement, instance, reading.conversation)
    found = search.decide(reading, answers, None, _around(statement, search, instance, reading))
    if found.position is not None:
        return _PartResult("YES", found.evidence)
    if found.undecided:
        return _na(instance, coded("the judge says that it does not apply: {judged}", judged=found.undecided))
    reason: str = about(instance.name, _not_found(statement, search))
    near: tuple[Evidence, ...] = ()
    if found.nearest:
        reason = coded("{before}; nearest: {whys}", before=reason, whys=found.nearest.evidence.why)
        near = (found.nearest.evidence,)
    return _PartResult("NO", (_event_evidence(instance, reason, reading.conversation), *near), reason)


def _obstacle(statement: RequiredStatement, search: Search | None, instance: Instance, reading: Reading) -> str:
    """Return why the answer is unknown, or why there is no statement; else nothing."""
    if instance.start_ms is None:
        return coded("its time is not known")
    if search and search.speaker != "any" and are_without_speakers(reading.conversation):
        return WITHOUT_SPEAKERS
    if statement.before and search and not before(instance, search.speaker, None, reading):
        return coded("as far as times are known, {who} has not spoken yet", who=WHO[search.speaker])
    if statement.after and instance.resumed_ms is None:
        return coded("nobody speaks behind it")
    return ""


def _length(statement: RequiredStatement, instance: Instance, conversation: Conversation) -> _PartResult:
    """Return whether an event was short enough; one without an end lasts until the next talk, or the conversation's end."""
    start, end = instance.start_ms or 0, instance.event.end_ms
    if end is None:
        end = instance.resumed_ms
    if end is None and conversation.ended_at is not None:
        end = end_ms(conversation)
    if end is None or not isinstance(statement, WeightedStatement):
        return _na(instance, coded("its end is not known"))
    most = parse_duration_ms(statement.max_duration or 0)
    length = coded("{s} s; at most {most} s", s=f"{(end - start) / 1000:g}", most=f"{most / 1000:g}")
    reason = about(instance.name, length)
    evidence = (_event_evidence(instance, reason, conversation, end),)
    return _PartResult("YES", evidence) if end - start <= most else _PartResult("NO", evidence, reason)


def _around(statement: RequiredStatement, search: Search, instance: Instance, reading: Reading) -> TurnIndexes:
    """The turns in which a part is looked for, at one instance."""
    if statement.before:
        return before(instance, search.speaker, search.span or BEFORE, reading)
    return after(instance, search.speaker, search.span or AFTER, reading)


def _not_found(statement: RequiredStatement, search: Search) -> str:
    if statement.before:
        place = scope_in_words(search.speaker, search.span or BEFORE)
        return coded("not found in {place} before it", place=place)
    place = scope_in_words(search.speaker, search.span or AFTER)
    return coded("not found in {place} after it", place=place)


def _na(instance: Instance, reason: str) -> _PartResult:
    return _PartResult("NA", (), about(instance.name, reason))


def _event_evidence(instance: Instance, why: str, conversation: Conversation, end: int | None = None) -> Evidence:
    """Return the event as evidence, with the last turn that had begun by then, where there is one."""
    turns, start, end = conversation.turns, instance.start_ms, end or instance.event.end_ms
    begun = [turn for turn in turns if start is not None and turn.start_ms is not None and turn.start_ms <= start]
    turn = (begun or turns or (None,))[-1 if begun else 0]
    return at(turn, why, start, end) if turn else Evidence(start_ms=start, end_ms=end, why=why)
