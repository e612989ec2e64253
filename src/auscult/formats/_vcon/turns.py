"""Turns of a vCon: text dialogs as typed, recordings by their transcripts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from auscult.domain.conversation import Direction
from auscult.domain.errors import FormatError
from auscult.formats import _instants
from auscult.formats._documents import Json
from auscult.formats._turns import RawTurn
from auscult.formats._vcon.document import Analysis, Dialog, Document, content, text_of
from auscult.formats._vcon.parties import Labels, Person, Speaking, flat
from auscult.formats._vcon.transcripts import Segment, is_conversation, segments_of

_ANONYMOUS = re.compile(r"(?:speaker|spk|channel|person|participant)?[\s_-]*(?:\d{1,3}|[a-z])", re.IGNORECASE)
_TWO = 2


class _Transcript(NamedTuple):
    """Transcript in the vCon: its body, decoded, and its dialogs."""

    field: str
    body: Json
    dialogs: frozenset[int]


def turns_of(document: Document, people: Sequence[Person], direction: Direction, started_at: datetime) -> list[RawTurn]:
    """Return every turn, in the order of time where times are known. Raises ``FormatError``.

    A transcript without any known label is refused rather than loaded as silence.
    """
    labels = Labels(people)
    turns = _typed(document, labels, started_at)
    turns += _spoken(document, labels, direction, started_at)
    ids = Counter(turn.id for turn in turns)
    if any(count > 1 for own_id, count in ids.items() if own_id is not None):
        turns = [turn._replace(id=None) for turn in turns]
    if all(turn.start_ms is not None for turn in turns):
        turns.sort(key=lambda turn: turn.start_ms or 0)
    return turns


def _typed(document: Document, labels: Labels, started_at: datetime) -> list[RawTurn]:
    turns: list[RawTurn] = []
    for index, dialog in enumerate(document.dialog or []):
        if dialog.type != "text" or dialog.body is None:
            continue
        sender = dialog.originator if dialog.originator is not None else next(iter(flat(dialog.parties)), None)
        who = Speaking("system") if sender is None else labels.party(sender)
        if who is None:
            field = f"dialog[{index}].parties"
            message = f"{field} names party {sender}, who is not among the parties"
            raise FormatError(message, code="field.invalid", field=field, value=sender)
        text = text_of(dialog, f"dialog[{index}].body")
        start = _offset_ms(dialog, index, started_at)
        end = None if start is None or not dialog.duration else start + round(dialog.duration * 1000)
        turns.append(RawTurn(who.speaker, text, dialog.message_id or None, who.agent_id, start, end))
    return turns


def _spoken(document: Document, labels: Labels, direction: Direction, started_at: datetime) -> list[RawTurn]:
    dialogs = document.dialog or []
    covered = {index for index, dialog in enumerate(dialogs) if dialog.type == "text"}
    turns: list[RawTurn] = []
    unknown: tuple[str, list[Segment]] | None = None
    for transcript in _transcripts(document):
        if transcript.dialogs & covered or (not transcript.dialogs and turns):
            continue
        first = min((index for index in transcript.dialogs if 0 <= index < len(dialogs)), default=None)
        dialog = None if first is None else dialogs[first]
        own = labels.among(flat(dialog.parties)) if dialog is not None and labels.are_among(dialogs) else labels
        segments = segments_of(
            transcript.body,
            lambda label, own=own: own.read(label) is not None or _ANONYMOUS.fullmatch(label) is not None,
            _channels(dialog),
            dialog.duration * 1000 if dialog is not None and dialog.duration else None,
        )
        speaking = _who(segments, own, dialog, direction)
        if speaking is None:
            unknown = unknown or (transcript.field, segments)
        elif segments:
            covered |= transcript.dialogs
            offset = (_offset_ms(dialog, first or 0, started_at) if dialog is not None else None) or 0
            turns += [_turn(segment, who, offset) for segment, who in zip(segments, speaking, strict=True)]
    if unknown is not None and not turns:
        _refuse_unknown(*unknown)
    return turns


def _transcripts(document: Document) -> Iterator[_Transcript]:
    """Transcripts in the order in which they are tried: those that say they are, then what looks like one."""
    others: list[_Transcript] = []
    for index, analysis in enumerate(document.analysis or []):
        if analysis.body is None:
            continue
        field = f"analysis[{index}].body"
        found = _Transcript(field, content(analysis.body, analysis.encoding, field), _dialogs(analysis))
        if "transcri" in analysis.type.lower():
            yield found
        elif is_conversation(found.body):
            others.append(found)
    for index, attachment in enumerate(document.attachments or []):
        if "transcri" in (attachment.purpose or attachment.type or "").lower() and attachment.body is not None:
            field = f"attachments[{index}].body"
            dialogs = frozenset(() if attachment.dialog is None else (attachment.dialog,))
            yield _Transcript(field, content(attachment.body, attachment.encoding, field), dialogs)
    yield from others


def _dialogs(analysis: Analysis) -> frozenset[int]:
    if analysis.dialog is None:
        return frozenset()
    return frozenset(analysis.dialog if isinstance(analysis.dialog, list) else (analysis.dialog,))


def _channels(dialog: Dialog | None) -> list[int | None]:
    """Return the party of each channel, where a channel is one party's alone."""
    if dialog is None or not isinstance(dialog.parties, list):
        return []
    return [party if isinstance(party, int) else None for party in dialog.parties]


def _who(
    segments: Sequence[Segment], labels: Labels, dialog: Dialog | None, direction: Direction
) -> list[Speaking] | None:
    """Return the speaker of each segment, or None where nothing shows it. A segment without a label is of an unknown one.

    Two speakers without names, on a dialog of one agent and one customer: the first to speak was called.
    """
    read = [_read(segment, labels) for segment in segments]
    known = {who.speaker for who in read if who is not None}
    unread = dict.fromkeys(segment.label for segment, who in zip(segments, read, strict=True) if who is None)
    if not unread:
        return [who for who in read if who is not None]
    open_labels: list[str | None] = [label for label in unread if label is not None] or [None]
    by_label: dict[str | None, Speaking] = {}
    pair = labels.answering(dialog, direction)
    if not known and len(open_labels) == _TWO and pair is not None:
        by_label = dict(zip(open_labels, pair, strict=True))
    elif len(open_labels) == 1 and pair is not None and len(known & {"agent", "bot", "customer"}) == 1:
        by_label = {open_labels[0]: next(who for who in pair if who.speaker not in known)}
    elif len(open_labels) == 1 and not known and (alone := labels.alone()) is not None:
        by_label = {open_labels[0]: alone}
    if not known and not by_label:
        return None
    return [
        who or by_label.get(segment.label) or Speaking("system" if segment.label else "unknown")
        for segment, who in zip(segments, read, strict=True)
    ]


def _read(segment: Segment, labels: Labels) -> Speaking | None:
    who = labels.party(segment.party) if segment.party is not None else None
    if who is None and segment.label is not None:
        who = labels.read(segment.label)
        return who if who is None or segment.has_party else who._replace(agent_id=None)
    return who


def _turn(segment: Segment, who: Speaking, offset: int) -> RawTurn:
    start = None if segment.start_ms is None else offset + round(segment.start_ms)
    end = None if segment.end_ms is None else offset + round(segment.end_ms)
    end = None if start is not None and end is not None and end < start else end
    return RawTurn(who.speaker, segment.text.strip(), segment.id, who.agent_id, start, end)


def _offset_ms(dialog: Dialog, index: int, started_at: datetime) -> int | None:
    if dialog.start is None:
        return None
    return max(0, _instants.ms_between(started_at, _instants.instant(dialog.start, f"dialog[{index}].start")))


def _refuse_unknown(field: str, segments: Sequence[Segment]) -> None:
    seen = list(dict.fromkeys(segment.label for segment in segments if segment.label is not None))
    speakers = f"its speakers are {', '.join(map(repr, seen[:4]))}" if seen else "no line of it has a speaker"
    message = (
        f"{field} does not show who is the agent and who the customer: {speakers};"
        " give each party a role (agent, customer) and let the transcript name them"
    )
    raise FormatError(message, code="vcon.speakers_unknown", field=field)
