"""Recall by kind and precision by words on labelled hands.

    python -m bench.redaction.hands_eval          every hand
    python -m bench.redaction.hands_eval --unread hands that nothing was fitted to
    python -m bench.redaction.hands_eval --own    with what each business says is its own as a setting of its app
    python -m bench.redaction.hands_eval --off    words masked as codes where redaction is off, by set
    python -m bench.redaction.hands_eval --plain FILE…    words masked in conversations without personal data, by kind

Recall: the share of labelled values of which every letter and digit is masked. Precision by words: of the words that are
masked, the share that is personal. Names of agents count in neither; they have a line of their own.
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from auscult.domain.privacy.policy import Policy
from auscult.domain.privacy.redaction import Found, Hints, Utterance
from auscult.redactors import secrets
from auscult.redactors._fitted.decide import Decision
from auscult.redactors.builtin import BuiltIn
from bench.redaction.material import ROOT, Labelled, hands, unread

_WORD = re.compile(r"\S+")
Find = Callable[[Sequence[Utterance], Hints], Sequence[Found]]


class Tally:
    """Counts over some conversations."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.labelled: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.words = self.masked = self.right = 0
        self.missed: list[str] = []
        self.mistaken: list[str] = []

    def add(self, case: Labelled, find: Find, own: tuple[str, ...] = ()) -> None:
        """Count what is found in a conversation, but for what is ``own``."""
        texts = [text for _, text in case.utterances]
        found = find(case.utterances, Hints(language=case.language or None))
        spans = Policy(own=own).redacted(texts, found).spans
        for turn, text in enumerate(texts):
            covered = {at for one in spans[turn] for at in range(one.original_start, one.original_end)}
            labels = [one for one in case.labels if one.turn == turn]
            for one in labels:
                is_found = all(at in covered or not text[at].isalnum() for at in range(one.start, one.end))
                self.labelled[one.kind] += 1
                self.found[one.kind] += is_found
                if not is_found:
                    self.missed.append(f"{one.kind}: {text[one.start : one.end]!r} of {shown(case, turn)}")
            for word in _WORD.finditer(text):
                at = [place for place in range(*word.span()) if text[place].isalnum()]
                its = {one.kind for one in labels if one.start < word.end() and word.start() < one.end}
                if not at or "agent_name" in its:
                    continue
                self.words += 1
                if covered.intersection(at):
                    self.masked += 1
                    self.right += bool(its)
                    if not its:
                        kind = next(
                            o.kind
                            for o in spans[turn]
                            if o.original_start < word.end() and word.start() < o.original_end
                        )
                        self.mistaken.append(f"{kind}: {word[0]!r} of {shown(case, turn)}")


def measured(decision: Decision, cases: Mapping[str, Sequence[Labelled]]) -> dict[str, Tally]:
    """Return the tallies of some hands by a decision."""
    redactor = BuiltIn(decision)
    tallies = {name: Tally() for name in cases}
    for name, its in cases.items():
        for case in its:
            tallies[name].add(case, redactor.find)
    return tallies


def shown(case: Labelled, turn: int) -> str:
    """Return a turn with the one before."""
    before = f"{case.utterances[turn - 1].text} || " if turn else ""
    return f"{case.hand}: {before}{case.utterances[turn].text}"


def table(tallies: dict[str, Tally]) -> Iterable[str]:
    """Yield a line of each kind with n and recall by hand, then one of precision."""
    kinds = sorted({kind for each in tallies.values() for kind in each.labelled})
    yield " " * 16 + "".join(f"{name:>12}" for name in (*tallies, "pooled"))
    for kind in kinds:
        count = [each.labelled[kind] for each in tallies.values()]
        found = [each.found[kind] for each in tallies.values()]
        cells = [*zip(found, count, strict=True), (sum(found), sum(count))]
        yield f"{kind:16}" + "".join(f"{part / whole if whole else 1:7.3f}/{whole:<4}" for part, whole in cells)
    masked = [each.masked for each in tallies.values()]
    right = [each.right for each in tallies.values()]
    cells = [*zip(right, masked, strict=True), (sum(right), sum(masked))]
    yield f"{'precision, words':16}" + "".join(f"{part / max(whole, 1):7.3f}/{whole:<4}" for part, whole in cells)


def ordinary() -> dict[str, list[Labelled]]:
    """Return conversations in which hardly anybody gives a code: the examples, and one in four with dialogue acts."""
    sets: dict[str, list[Labelled]] = defaultdict(list)
    paths = [
        *sorted((ROOT / "examples" / "conversations").glob("*.ndjson")),
        *sorted((ROOT / "bench" / "acts" / "hands").rglob("*.ndjson")),
    ]
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines()[:: 1 if path.parent.name == "conversations" else 4]:
            body = json.loads(line)
            body = body.get("conversation", body)
            said = tuple(Utterance(turn["speaker"], turn["text"]) for turn in body["turns"])
            sets[path.stem].append(Labelled(path.stem, body.get("language", "en"), said, ()))
    return sets


def of_plain(paths: Iterable[Path], *, is_listed: bool) -> Iterable[str]:
    """Yield how many words in 2,000 are masked by file and kind, names among them."""
    for path in paths:
        tally, kinds = Tally(), Counter[str]()
        for line in path.read_text(encoding="utf-8").splitlines():
            body = json.loads(line)
            body = body.get("conversation", body)
            said = tuple(Utterance(turn["speaker"], turn["text"]) for turn in body["turns"])
            tally.add(Labelled(path.stem, body.get("language", "en"), said, ()), BuiltIn().find)
        kinds.update(line.partition(":")[0] for line in tally.mistaken)
        rates = ", ".join(f"{kind} {2000 * count / tally.words:.2f}" for kind, count in kinds.most_common())
        yield f"{path.stem:16}{2000 * tally.masked / max(tally.words, 1):7.2f} words in 2,000 of {tally.words}: {rates}"
        yield from tally.mistaken if is_listed else ()


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--off", action="store_true", help="words masked as codes in ordinary conversations")
    parser.add_argument("--unread", action="store_true", help="hands that nothing was fitted to")
    parser.add_argument("--own", action="store_true", help="what is a business's own stays")
    parser.add_argument("--missed", nargs="*", default=None, help="kinds of which what was missed is printed")
    parser.add_argument("--mistaken", action="store_true", help="print the words masked by mistake")
    parser.add_argument(
        "--plain", nargs="*", type=Path, default=[], help="NDJSON of conversations without personal data"
    )
    asked = parser.parse_args()
    if asked.plain:
        print("\n".join(of_plain(asked.plain, is_listed=asked.mistaken)))
        return 0
    redactor = BuiltIn()
    tallies: dict[str, Tally] = {}
    for name, cases in (ordinary() if asked.off else unread() if asked.unread else hands()).items():
        tallies[name] = Tally()
        for case in cases:
            tallies[name].add(case, _codes if asked.off else redactor.find, case.own if asked.own else ())
    if asked.off:
        for name, each in tallies.items():
            print(f"{name:16}{each.masked:6} of {each.words} words masked")
    else:
        print("\n".join(table(tallies)))
    for each in tallies.values():
        for line in each.missed if asked.missed is not None else ():
            if not asked.missed or line.partition(":")[0] in asked.missed:
                print("missed", line)
        for line in each.mistaken if asked.mistaken else ():
            print("mistaken", line)
    return 0


def _codes(utterances: Sequence[Utterance], _hints: Hints) -> Sequence[Found]:
    return secrets(utterances)


if __name__ == "__main__":
    sys.exit(main())
