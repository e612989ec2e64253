"""All labelled conversations in one form: the hands of hands/README.md, and the sets that older rules were written by.

Kinds are those of the product: a passport is a ``national_number``, a postcode an ``address``, a password a
``security_code``. The names of agents are ``agent_name``, which a policy keeps or masks.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from auscult.domain.privacy.redaction import Utterance
from bench.redaction.hands import HANDS, read
from bench.redaction.labelled import Label
from bench.redaction.labelled import read as read_lines

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KIND = {
    "account_number": "account",
    "national_id": "national_number",
    "passport": "national_number",
    "other_id": "national_number",
    "postcode": "address",
    "date_of_birth": "birth_date",
    "password": "security_code",
    "secret": "security_code",
    "card_pin": "security_code",
    "bank_pin": "security_code",
    "passcode": "security_code",
    "one_time_code": "security_code",
    "password_or_pin": "security_code",
}
"""Kinds of the product by those of labels, where these differ."""
OLD = sorted([*HERE.glob("un*.txt"), HERE / "utterances.txt", HERE / "tuned.txt", *(HERE / "codes").glob("*.txt")])
OLD += sorted((HERE / "unread").glob("*.txt"))
OLD += sorted((HERE / "variants").glob("*.txt"))


class Labelled(Struct, frozen=True):
    """A short conversation with its labels, and what its business says is its own."""

    hand: str
    language: str
    utterances: tuple[Utterance, ...]
    labels: tuple[Label, ...]
    own: tuple[str, ...] = ()


def hands() -> dict[str, list[Labelled]]:
    """Return the pieces of each hand, by its name."""
    return {**_of_folder(HANDS), "pii_dev": _of_dev(HANDS / "pii_dev.ndjson")}


def unread() -> dict[str, list[Labelled]]:
    """Return the pieces of each hand that nothing was fitted to, by its name."""
    return _of_folder(HANDS / "unread")


def older() -> list[Labelled]:
    """Return the conversations of the older sets. In those of codes nothing but codes and cards is labelled."""
    return [
        Labelled(path.stem if path.parent == HERE else f"{path.parent.name}/{path.stem}", "", case.utterances, tuple(
            Label(one.turn, one.start, one.end, KIND.get(one.kind, one.kind)) for one in case.labels
        ))
        for path in OLD
        for case in read_lines(path)
    ]  # fmt: skip


def _of_folder(folder: Path) -> dict[str, list[Labelled]]:
    return {path.stem: _of_hand(path) for path in sorted(folder.glob("*.txt"))}


def _of_hand(path: Path) -> list[Labelled]:
    hand = read(path)
    return [
        Labelled(
            hand.name,
            piece.language,
            tuple(Utterance(turn.speaker, turn.text) for turn in piece.turns),
            tuple(
                Label(index, span.start, span.end, KIND.get(span.kind, span.kind))
                for index, turn in enumerate(piece.turns)
                for span in turn.spans
            ),
            hand.own,
        )
        for piece in hand.pieces
    ]


def _of_dev(path: Path) -> list[Labelled]:
    cases: list[Labelled] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        number = {turn["id"]: index for index, turn in enumerate(case["turns"])}
        said = tuple(Utterance(turn["speaker"], turn["text"]) for turn in case["turns"])
        labels = tuple(
            Label(number[one["turn"]], one["start"], one["end"], _dev_kind(said, number[one["turn"]], one))
            for one in case["spans"]
        )
        cases.append(Labelled(path.stem, "", said, labels))
    return cases


def _dev_kind(said: Sequence[Utterance], turn: int, span: dict[str, object]) -> str:
    """Return the kind of a span. This hand has one kind for expiry dates and security codes; the text decides which it is."""
    kind = str(span["kind"])
    if kind != "cvv_or_expiry":
        return KIND.get(kind, kind)
    text = said[turn].text[int(str(span["start"])) : int(str(span["end"]))]
    is_expiry = not (text.isdecimal() and len(text) in (3, 4)) or said[turn].text.endswith(
        "exp", 0, int(str(span["start"]))
    )
    return "expiry" if is_expiry else "security_code"
