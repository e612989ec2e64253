"""Labelled utterances of personal data by several hands (hands/README.md), read and checked.

python -m bench.redaction.hands                 counts of every stored hand, and runs in common
python -m bench.redaction.hands FILE [FILE]     the same for these
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

HANDS = Path(__file__).parent / "hands"
KINDS = frozenset(
    [
        "name",
        "agent_name",
        "card",
        "expiry",
        "security_code",
        "iban",
        "account_number",
        "national_id",
        "passport",
        "other_id",
        "phone",
        "email",
        "address",
        "postcode",
        "date_of_birth",
        "password",
    ]
)
SPEAKERS = {"A": "agent", "C": "customer", "B": "bot"}
MARK = re.compile(r"\[\[([a-z_]+):(.+?)\]\]")
RUN = 6


@dataclass(frozen=True)
class Span:
    """A personal value: its place in a turn's text, in characters, and its kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Said:
    """One turn, without its marks."""

    speaker: str
    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Piece:
    """A few turns with one aim."""

    number: str
    language: str
    channel: str
    aim: str
    turns: tuple[Said, ...]


@dataclass
class Hand:
    """Utterances of one author, with the faults of their file."""

    name: str
    own: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    pieces: list[Piece] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def unmarked(written: str) -> tuple[str, tuple[Span, ...]]:
    """Return the text without marks, and the spans that they marked."""
    text, spans, last = "", [], 0
    for mark in MARK.finditer(written):
        text += written[last : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))
        text, last = text + mark[2], mark.end()
    return text + written[last:], tuple(spans)


def _piece(head: list[str], lines: list[tuple[int, str]], faults: list[str]) -> Piece:
    turns: list[Said] = []
    for number, line in lines:
        text, spans = unmarked(line[2:].strip())
        values = {text[span.start : span.end]: span.kind for span in spans}
        faults += [f"line {number}: unknown kind {k!r}" for k in values.values() if k not in KINDS]
        faults += [
            f"line {number}: blank or stop at an end of {value!r}" for value in values if value != value.strip(" .,;")
        ]
        if "[[" in text or "]]" in text:
            faults.append(f"line {number}: a mark that does not close")
        turns.append(Said(SPEAKERS[line[0]], text, spans))
    if not turns:
        faults.append(f"piece {head[0]}: no turn")
    return Piece(head[0], head[1], head[2], head[3], tuple(turns))


def read(path: Path) -> Hand:
    """Read a hand; what is wrong is in `faults`, by line."""
    hand = Hand(path.stem)
    pieces: list[tuple[list[str], list[tuple[int, str]]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if own := re.fullmatch(r"! own:(.*)", line):
            hand.own = tuple(value.strip() for value in own[1].split(";") if value.strip())
        elif agents := re.fullmatch(r"! agents:(.*)", line):
            hand.agents = tuple(value.strip() for value in agents[1].split(",") if value.strip())
        elif head := re.fullmatch(r"# ([^|]+)\|(en|de|es|fr|pt)\|(voice|chat)\|(.+)", line):
            pieces.append(([part.strip() for part in head.groups()], []))
        elif pieces and re.match(r"[ACB] ", line):
            pieces[-1][1].append((number, line))
        elif line.strip() and not line.startswith("! "):
            hand.faults.append(f"line {number}: neither a head nor a turn: {line[:40]!r}")
    hand.pieces = [_piece(head, lines, hand.faults) for head, lines in pieces]
    return hand


def runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of six words in a text."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def in_common(one: Hand, other: Hand) -> float:
    """Return the share of turns of `one` with a run of six words that `other` has, 0 to 1."""
    theirs = {run for piece in other.pieces for turn in piece.turns for run in runs(turn.text)}
    turns = [turn for piece in one.pieces for turn in piece.turns]
    return sum(bool(runs(turn.text) & theirs) for turn in turns) / max(len(turns), 1)


def main(paths: list[Path]) -> int:
    """Print counts and faults of the hands, and what two of them have in common."""
    hands = [read(path) for path in paths]
    for hand in hands:
        kinds = Counter(s.kind for p in hand.pieces for t in p.turns for s in t.spans)
        languages = Counter(piece.language for piece in hand.pieces)
        without = sum(not any(t.spans for t in p.turns) for p in hand.pieces)
        print(f"{hand.name}: {len(hand.pieces)} pieces {dict(languages)}, {without} without a mark")
        print("  " + ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(KINDS)))
        for fault in hand.faults:
            print(f"  {fault}")
    for one, other in combinations(hands, 2):
        share = max(in_common(one, other), in_common(other, one))
        if share > 0.05:
            print(f"{one.name} and {other.name}: {share:.1%} of turns share a run of {RUN} words")
    return 1 if any(hand.faults for hand in hands) else 0


if __name__ == "__main__":
    named = [Path(argument) for argument in sys.argv[1:]]
    sys.exit(main(named or sorted(HANDS.glob("*.txt"))))
