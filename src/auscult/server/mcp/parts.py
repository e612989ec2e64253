"""Answers of bounded size: what does not fit stays for a further call, which the answer names."""

import json
from collections.abc import Sequence
from typing import Any

MOST_CHARACTERS = 60_000
"""Longest answer of a tool, as JSON text."""
MOST_TURNS = 100
ROOM_OF_METRICS = 20_000
"""Characters of the verdicts next to a transcript."""
ROOM_OF_DOCUMENT = 25_000
"""Characters of a document; as JSON text it may have twice as many."""
ROOM_OF_TEXT = 10_000
"""Characters of one turn."""
ROOM_OF_CALLS = 12_000
"""Characters of the calls behind the turns of one answer."""
_AROUND = 1_000

Json = dict[str, Any]


def length(value: object) -> int:
    """Return the characters of a value as JSON text."""
    return len(json.dumps(value, ensure_ascii=False))


def fitting(items: Sequence[Any], start: int, room: int) -> tuple[list[Any], int | None]:
    """Return the items from ``start`` on that fit, one at least, and the number of the next; None after the last."""
    found: list[Any] = []
    for each in items[start:]:
        room -= length(each) + 2
        if room < 0 and found:
            break
        found.append(each)
    after = start + len(found)
    return found, after if after < len(items) else None


def with_metrics(evaluation: Json, start: int, room: int) -> Json:
    """Return an evaluation with the metrics from ``start`` on that fit."""
    shown, following = fitting(evaluation["metrics"], start, room)
    total = len(evaluation["metrics"])
    return {**evaluation, "metrics": shown, "metrics_total": total, "next_from_metric": following}


def with_turns(found: Json, start: int, character: int) -> Json:
    """Return a conversation with the turns that fit, from the ``start``-th and a character of its text on.

    A turn that is longer than the room for one ends a part, and the next part goes on in it.
    """
    turns: list[Json] = found.get("turns") or []
    calls: list[Json] = found.pop("calls", None) or []
    room = MOST_CHARACTERS - _AROUND - length({name: value for name, value in found.items() if name != "turns"})
    room -= ROOM_OF_CALLS if calls else 0
    shown: list[Json] = []
    following, begun = start, character
    for turn in turns[start : start + MOST_TURNS]:
        text = turn.get("text", "")
        is_whole = not begun and len(text) <= ROOM_OF_TEXT
        piece = turn if is_whole else _cut(turn, begun)
        room -= length(piece) + 2
        if room < 0 and shown:
            break
        shown.append(piece)
        begun += ROOM_OF_TEXT
        if begun < len(text):
            break
        following, begun = following + 1, 0
    behind: set[Any] = {turn.get("id") for turn in shown} | ({None} if not start and not character else set())
    made = [call for call in calls if call.get("after_turn") in behind]
    return {
        **found,
        **(_shown_calls(made) if calls else {}),
        "turns": shown,
        "turns_total": len(turns),
        "next_from_turn": following if following < len(turns) else None,
        "next_from_character": begun if following < len(turns) else None,
    }


def _shown_calls(made: Sequence[Json]) -> Json:
    """Return the calls that fit, and the number of all of them."""
    shown, _ = fitting([_short(call, ROOM_OF_CALLS // min(len(made), 20)) for call in made], 0, ROOM_OF_CALLS)
    return {"calls": shown, "calls_total": len(made)}


def _short(call: Json, room: int) -> Json:
    """Return a call of which arguments and result are JSON in a text, cut, where they are longer than the room."""
    shown = dict(call)
    for name in ("arguments", "result"):
        if name in call and length(call) > room:
            text = json.dumps(call[name], ensure_ascii=False)
            shown[name] = text[: room // 5] + "…"  # as JSON it may have twice as many
    return shown


def _cut(turn: Json, start: int) -> Json:
    """Return a turn with a part of its text; without ``doubts``, which count from the beginning of the text."""
    kept = {name: value for name, value in turn.items() if name != "doubts"}
    return {**kept, "text": turn["text"][start : start + ROOM_OF_TEXT]}


def with_document(found: Json, start: int) -> Json:
    """Return a form with its document from a character on, up to the end of a line where there is one."""
    document: str = found["document"]
    end = start + ROOM_OF_DOCUMENT
    if end < len(document):
        end = document.rfind("\n", start, end) + 1 or end
    return {
        **found,
        "document": document[start:end],
        "characters_total": len(document),
        "next_from_character": end if end < len(document) else None,
    }
