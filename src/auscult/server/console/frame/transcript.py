"""The transcript of a page: turns split where evidence begins and ends, with notes in the margin."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.calls import placed_calls
from auscult.domain.ai_agents.context import Call, is_changing
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence, MetricResult
from auscult.domain.insight import Speech
from auscult.domain.operations.records import made_from
from auscult.domain.privacy.redaction import PLACEHOLDER
from auscult.language import gettext as _
from auscult.server.console.frame.charts.lanes import Mark, Spoken
from auscult.server.console.frame.naming import speaker_of, within_sentence
from auscult.server.console.frame.quoting import Span, span_of
from auscult.server.console.frame.templating import BASE
from auscult.services.conversations.closest import is_miss

NoteKind = Literal["yes", "no", "na", "cue"]
PieceKind = Literal["text", "ev", "cue", "near", "redacted", "masked", "doubt"]

LEAST_SILENCE_MS = 8_000
_SHOWN = 70
"""Characters of the arguments on the folded line of a call."""
_LONGEST = 8_000
"""Characters of a result that are shown."""
_REDACTED = re.compile(r"\[(?:PII|REDACTED|[A-Z][A-Z_]{2,}(?:[: #-][\w-]+)?)\]")


class Piece(Struct, frozen=True, kw_only=True):
    """A part of a turn's text, marked or not, and the metrics that it decided."""

    kind: PieceKind = "text"
    text: str
    metric_ids: tuple[str, ...] = ()
    href: str = ""
    """Of what is masked: the page that says why."""
    joins: str = ""
    """``before``, ``after`` or both: where a mark of the same kind touches this one, so that they are drawn as one."""


class Note(Struct, frozen=True, kw_only=True):
    """A note in the margin, which leads to its verdict, or with ``href`` to what proves or fails it."""

    kind: NoteKind
    metric_id: str
    text: str
    href: str = ""


class CallView(Struct, frozen=True, kw_only=True):
    """One call. ``brief`` has the arguments in a line; ``left_out`` is the number of characters of the result not shown."""

    id: str
    name: str
    brief: str
    start_ms: int | None
    state: Literal["ok", "failed", ""]
    changes: bool
    arguments: tuple[tuple[str, str], ...]
    result: str
    left_out: int
    notes: tuple[Note, ...]


class TurnView(Struct, frozen=True, kw_only=True):
    """One turn. ``is_first``: the speaker changed, or spoke again after silence; ``silence_s``: its seconds, else 0."""

    id: str
    side: Literal["agent", "customer"]
    speaker: str
    start_ms: int | None
    end_ms: int | None
    is_first: bool
    talks_over: bool
    silence_s: int
    language: str | None
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    before: tuple[CallView, ...] = ()
    after: tuple[CallView, ...] = ()
    """Calls of tools before it, and behind the last turn."""


class _Found(NamedTuple):
    """A marked range of a turn."""

    span: Span
    kind: PieceKind
    metric_id: str


class Marks:
    """Marks of the verdicts' evidence by turn. Pass no results where a page must hide the machine's decisions."""

    def __init__(
        self, conversation: Conversation, results: Iterable[MetricResult], near: Mapping[str, Evidence] | None = None
    ) -> None:
        """Find the words of every piece of evidence, and of the closest matches (``near``, by metric id)."""
        self._near = near or {}
        self._texts = {turn.id: turn.text for turn in conversation.turns}
        self._found: dict[str, list[_Found]] = defaultdict(list)
        self.notes: dict[str, list[Note]] = defaultdict(list)
        self.call_notes: dict[str, list[Note]] = defaultdict(list)
        self._calls = {call.id: call.name for call in conversation.calls or ()}
        for result in results:
            self._add(result)

    def of(self, turn_id: str) -> list[_Found]:
        """Return the marks of a turn, in the order of their words."""
        return sorted(self._found[turn_id], key=lambda each: (each.span.start, each.span.end))

    def _add(self, result: MetricResult) -> None:
        metric, verdict = result.metric, result.verdict
        kind: NoteKind = "na" if result.adhered is None else "yes" if result.adhered else "no"
        for evidence in verdict.evidence:
            is_near = is_miss(result, evidence)
            self._mark(evidence, "near" if is_near else "ev", metric.id)
            name = _("{metric}: closest").format(metric=metric.name) if is_near else metric.name
            self._note(evidence, Note(kind=kind, metric_id=metric.id, text=name))
        self._pair(result, kind)
        if near := self._near.get(metric.id):
            self._mark(near, "near", metric.id)
            closest = _("{metric}: closest").format(metric=metric.name)
            self._note(near, Note(kind="no", metric_id=metric.id, text=closest))
        for evidence in verdict.trigger:
            self._mark(evidence, "cue", metric.id)
            asks = _("asks for {metric}").format(metric=within_sentence(metric.name))
            self._note(evidence, Note(kind="cue", metric_id=metric.id, text=asks))

    def _pair(self, result: MetricResult, kind: NoteKind) -> None:
        """Link what was said with the call that proves or fails it: evidence that follows it."""
        metric_id, claim = result.metric.id, ""
        for evidence in result.verdict.evidence:
            claim = evidence.turn_id or claim
            call_id = evidence.call_id or ""
            if call_id not in self._calls:
                continue
            name = result.metric.name
            self.call_notes[call_id].append(Note(kind=kind, metric_id=metric_id, text=name))
            if claim:
                called = _("Call: {name}").format(name=self._calls[call_id])
                self._link(
                    self.notes[claim], Note(kind=kind, metric_id=metric_id, text=called, href=f"#call-{call_id}")
                )
                said = Note(kind=kind, metric_id=metric_id, text=_("What was said"), href=f"#t-{claim}")
                self._link(self.call_notes[call_id], said)

    @staticmethod
    def _link(notes: list[Note], link: Note) -> None:
        """Add a link that is not there yet."""
        if all(each.href != link.href for each in notes):
            notes.append(link)

    def _note(self, evidence: Evidence, note: Note) -> None:
        if evidence.turn_id is not None and note not in self.notes[evidence.turn_id]:
            self.notes[evidence.turn_id].append(note)

    def _mark(self, evidence: Evidence, kind: PieceKind, metric_id: str) -> None:
        text = self._texts.get(evidence.turn_id or "")
        if evidence.turn_id is not None and text and (span := span_of(evidence, text)):
            self._found[evidence.turn_id].append(_Found(span, kind, metric_id))


def turn_views(conversation: Conversation, marks: Marks, speech: Speech | None) -> tuple[TurnView, ...]:
    """Show the turns in their order."""
    over = {moment.turn_id for moment in speech.cross_talk if moment.begun_by} if speech else set[str | None]()
    views: list[TurnView] = []
    before: Turn | None = None
    last_end_ms = 0
    calls = deque(_placed_calls(conversation, marks.call_notes))
    for index, turn in enumerate(conversation.turns):
        if not turn.text.strip():
            continue
        speaker = speaker_of(turn, conversation)
        is_voice = conversation.channel == "voice"
        gap = (turn.start_ms - last_end_ms) if is_voice and turn.start_ms is not None and before else 0
        silence = gap // 1000 if gap >= LEAST_SILENCE_MS else 0
        views.append(
            TurnView(
                id=turn.id,
                side="customer" if turn.speaker == "customer" else "agent",
                speaker=speaker,
                start_ms=turn.start_ms,
                end_ms=turn.end_ms,
                is_first=before is None
                or silence > 0
                or (before.speaker, before.agent_id, before.speaker_label)
                != (turn.speaker, turn.agent_id, turn.speaker_label),
                talks_over=turn.id in over,
                silence_s=silence,
                language=None,
                pieces=tuple(_pieces(turn.text, [*marks.of(turn.id), *_doubts(turn)], _masks_page(conversation, turn))),
                notes=tuple(marks.notes[turn.id]),
                before=tuple(_taken(calls, index)),
            )
        )
        before = turn
        last_end_ms = max(last_end_ms, turn.end_ms or turn.start_ms or 0)
    if views and calls:
        views[-1] = replace(views[-1], after=tuple(_taken(calls, len(conversation.turns))))
    return tuple(views)


def _masks_page(conversation: Conversation, turn: Turn) -> str:
    return f"{BASE}/conversations/{quote(conversation.id, safe='')}/masks/{quote(turn.id, safe='')}"


def _doubts(turn: Turn) -> list[_Found]:
    """Return the words that the speech recogniser doubted."""
    return [_Found(Span(*each), "doubt", "") for each in turn.doubts]


def _pieces(text: str, found: Sequence[_Found], page: str) -> Iterator[Piece]:
    """Split a text wherever a mark begins or ends. Where marks overlap, evidence takes precedence over triggers.

    ``page``: below it are the pages that show why something is masked.
    """
    redacted = [_Found(Span(*each.span()), "redacted", "") for each in _REDACTED.finditer(text)]
    masked = [_Found(Span(*each.span()), "masked", "") for each in PLACEHOLDER.finditer(text)] if "[" in text else []
    every = [*found, *redacted, *masked]
    cuts = sorted({0, len(text), *(cut for each in every for cut in each.span)})
    cuts = [cut for cut in cuts if not any(each.span.start < cut < each.span.end for each in masked)]
    stretches = [Span(start, end) for start, end in pairwise(cuts)]
    within = [[each for each in every if each.span.start <= at.start and at.end <= each.span.end] for at in stretches]
    kinds: list[PieceKind] = [_kind(here) for here in within]
    for number, (at, here, kind) in enumerate(zip(stretches, within, kinds, strict=True)):
        joins = [
            side
            for side, other in (("before", number - 1), ("after", number + 1))
            if kind == "ev" and 0 <= other < len(kinds) and kinds[other] == kind
        ]
        ids = tuple(dict.fromkeys(each.metric_id for each in here if each.metric_id))
        href = f"{page}/{at.start}" if kind == "masked" else ""
        yield Piece(kind=kind, text=text[at.start : at.end], metric_ids=ids, joins=" ".join(joins), href=href)


def _kind(here: Sequence[_Found]) -> PieceKind:
    """Return the kind of a piece that all these marks cover."""
    kinds = [each.kind for each in here]
    order: tuple[PieceKind, ...] = ("masked", "redacted", "ev", "near", "cue")
    for one in order:
        if one in kinds:
            return one
    return "text"


def spoken(conversation: Conversation) -> tuple[Spoken, ...]:
    """Return the speaker and the time of each turn whose times are known."""
    return tuple(
        Spoken(
            speaker="customer" if turn.speaker == "customer" else "agent",
            start_ms=turn.start_ms,
            end_ms=turn.start_ms if turn.end_ms is None else turn.end_ms,
        )
        for turn in conversation.turns
        if turn.start_ms is not None
    )


def lane_marks(results: Iterable[MetricResult], near: Mapping[str, Evidence] | None = None) -> tuple[Mark, ...]:
    """Return the times of the evidence, and of the closest matches where there is none (``near``, by metric id)."""
    shown = near or {}
    found = {
        (evidence.start_ms, result.adhered is False)
        for result in results
        for evidence in (*result.verdict.evidence, *filter(None, [shown.get(result.metric.id)]))
        if evidence.start_ms is not None
    }
    return tuple(Mark(at_ms=at, is_missed=missed) for at, missed in sorted(found))


class _PlacedCall(NamedTuple):
    """A call, and the index of the turn that it follows: -1 before the first."""

    position: int
    view: CallView


def _placed_calls(conversation: Conversation, notes: Mapping[str, Sequence[Note]]) -> Iterator[_PlacedCall]:
    """Show calls in the order in which they were made. ``notes`` are by the id of a call."""
    tools = {tool.name: tool.is_changing for tool in conversation.ai.tools} if conversation.ai else {}
    for position, call in placed_calls(conversation):
        changes = tools.get(call.name, is_changing(call.name))
        yield _PlacedCall(position, _call_view(call, tuple(notes.get(call.id, ())), changes=changes))


def _taken(calls: deque[_PlacedCall], index: int) -> Iterator[CallView]:
    """Return the calls that were made before the turn of this index."""
    while calls and calls[0].position < index:
        yield calls.popleft().view


def _call_view(call: Call, notes: tuple[Note, ...], *, changes: bool) -> CallView:
    arguments = tuple((name, _written(value)) for name, value in call.arguments.items())
    brief = ", ".join(f"{name} {' '.join(value.split())}" for name, value in arguments)
    result = _("Nothing") if call.result is None else _written(call.result)
    return made_from(
        CallView,
        call,
        brief=brief if len(brief) <= _SHOWN else f"{brief[:_SHOWN]}\u2026",
        state="" if call.ok is None else "ok" if call.ok else "failed",
        changes=changes,
        arguments=arguments,
        result=result[:_LONGEST],
        left_out=max(0, len(result) - _LONGEST),
        notes=notes,
    )


def _written(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """Return a text as it is, and other JSON in lines."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
