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
    "name agent_name card expiry security_code iban account_number national_id passport other_id"
    " phone email address postcode date_of_birth password".split()
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
    """What one author wrote, with the faults of its file."""

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


def read(path: Path) -> Hand:
    """Read a hand; what is wrong is in `faults`, by line."""
    hand = Hand(path.stem)
    head: list[str] = []
    turns: list[Said] = []

    def close() -> None:
        if head and turns:
            hand.pieces.append(Piece(*head, turns=tuple(turns)))
        elif head:
            hand.faults.append(f"piece {head[0]}: no turn")
        turns.clear()

    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        rest = line[2:].strip()
        if not line.strip():
            continue
        if line.startswith("! "):
            name, _, values = rest.partition(":")
            if name in ("own", "agents"):
                separator = ";" if name == "own" else ","
                setattr(hand, name, tuple(v.strip() for v in values.split(separator) if v.strip()))
        elif line.startswith("# "):
            close()
            head = [part.strip() for part in rest.split("|", 3)]
            if len(head) != 4 or head[1] not in ("en", "de", "es", "fr", "pt"):
                hand.faults.append(f"line {number}: not 'number|language|voice or chat|aim'")
                head = []
            elif head[2] not in ("voice", "chat"):
                hand.faults.append(f"line {number}: neither voice nor chat: {head[2]!r}")
        elif line[0] in SPEAKERS and line[1:2] == " ":
            text, spans = unmarked(rest)
            for span in spans:
                value = text[span.start : span.end]
                if span.kind not in KINDS:
                    hand.faults.append(f"line {number}: unknown kind {span.kind!r}")
                if value != value.strip(" .,;"):
                    hand.faults.append(f"line {number}: blank or stop at the end of {value!r}")
            if "[[" in text or "]]" in text:
                hand.faults.append(f"line {number}: a mark that does not close")
            turns.append(Said(SPEAKERS[line[0]], text, spans))
        else:
            hand.faults.append(f"line {number}: starts with none of 'A ', 'C ', 'B ', '# ', '! '")
    close()
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
