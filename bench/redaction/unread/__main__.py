"""Print how much of a set of codes is found: ``python -m bench.redaction.unread [--set 1] [--show]``.

Recall by kind; recall and precision by the words for what was asked (*cvv*, *on the back*, *pin* …), which are the last
such words up to the value; and how many look-alikes are masked. A found span is right where it overlaps a labelled one.
The weights are fitted to all sets. Nobody has read set 7: only figures are printed, ``--show`` prints the lines too.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from auscult.domain.privacy.redaction import Found
from auscult.domain.statistics.intervals import wilson
from auscult.redactors import Redactor, secrets
from auscult.redactors.builtin import BuiltIn
from bench.redaction.labelled import Case, Label, Score, chosen, is_covered, overlaps, read, score

HERE = Path(__file__).parent
SETS = {1: (HERE / "secrets.txt", HERE / "alike.txt")} | {
    number: (HERE / f"secrets_{number}.txt", HERE / f"alike_{number}.txt") for number in (2, 3, 4, 5, 6, 7)
}
"""The values and the look-alikes of each set, by its number."""
UNREAD = 7
SECRET = frozenset({"security_code", "card_pin", "bank_pin", "passcode", "password", "one_time_code"})
WORDS = {
    "cvv, cvc, cid": r"\b(?:cvv|cvc|cid)2?\b",
    "on the back, strip": r"\b(?:back|reverse|rückseite|hinten|detrás|reverso|dorso|strip|signature panel|turn it over)\b",
    "on the front": r"\b(?:front|vorne|delante)\b",
    "security code": r"\b(?:security (?:code|digits|number)|verification (?:value|code|digits)|código de seguridad|prüf(?:ziffer|nummer))\b",
    "pin": r"\bpin\b",
    "passcode, phone banking": r"\b(?:passcode|phone banking|telephone banking|telefonbanking|clave)\b",
    "password, memorable word": r"\b(?:pass(?:word|wd|wort|phrase)|pw|(?:safe|secret|memorable) word|kennwort|contraseña)\b",
    "authenticator": r"\b(?:authenticator|2fa|key fob|backup codes?)\b",
    "text, e-mail, one-time": r"\b(?:text(?:ed)?|sms|e-?mail(?:ed)?|mail|one time|otp|tan|resend)\b",
    "code": r"\b(?:code|código|bestätigungscode)\b",
}
"""Words for what is asked, the narrower first where two end at the same place."""
NONE = "none of them"
ALONE = 4
"""Characters of a turn around a value that is alone in it."""
_WORDS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in WORDS.items()}


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print what was missed or taken by mistake: a look")
    parser.add_argument("--set", type=int, choices=SETS, default=UNREAD, dest="number", help="the set to measure")
    given = parser.parse_args(arguments)
    is_shown: bool = given.show
    values, likes = SETS[given.number]
    redactor, cases, alike = BuiltIn(), read(values), read(likes)
    scores = score(redactor, cases)
    print(f"{values.name}: {len(cases)} conversations")
    for kind in sorted({label.kind for case in cases for label in case.labels}):
        _print(kind, scores[kind], has_precision=False)
    _print("all", scores["all"])
    print("\nsensitive authentication data, by the words for it")
    for name, its in by_words(redactor, cases).items():
        _print(name, its)
    mistaken = [score(redactor, [case])["all"] for case in alike]
    masked = sum(bool(its.found) for its in mistaken)
    print(f"\n{likes.name}: {masked} of {len(alike)} masked, in {sum(its.found for its in mistaken)} places")
    kinds = Counter(one.kind for case in alike for one in chosen(redactor, case))
    print("  by kind:", ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) or "none")
    _print_off(cases, alike)
    if is_shown:
        for its in (scores["all"], *mistaken):
            print(*its.missed, *its.mistaken, sep="\n", end="\n" if its.missed or its.mistaken else "")


def _print_off(cases: Sequence[Case], alike: Sequence[Case]) -> None:
    """Print how much is found where an app's redaction is off, by kind and by how it is said."""
    print("\nwith redaction off")
    counts: dict[str, Score] = {}
    for case in cases:
        found = secrets(case.utterances)
        for label in case.labels:
            if label.kind in SECRET:
                is_recalled = is_covered(case, label, found)
                for name in ("all", label.kind, f"{label.kind}, {_form(case, label)}"):
                    its = counts.setdefault(name, Score())
                    its.labelled += 1
                    its.recalled += is_recalled
    for name, its in sorted(counts.items()):
        _print(name, its, has_precision=False)
    masked = sum(bool(secrets(case.utterances)) for case in alike)
    print(f"look-alikes: {masked} of {len(alike)} masked")


def _form(case: Case, label: Label) -> str:
    """Return how a value is given: in digits, in words, or mixed; alone in its turn or among others."""
    text = case.utterances[label.turn].text
    value = text[label.start : label.end]
    has_digit, has_letter = any(map(str.isdecimal, value)), any(map(str.isalpha, value))
    how = "mixed" if has_digit and has_letter else "digits" if has_digit else "words"
    return f"{how}, {'alone' if len(text) - len(value) < ALONE else 'among others'}"


def by_words(redactor: Redactor, cases: Sequence[Case]) -> dict[str, Score]:
    """Return the scores by the words for what was asked; what is labelled as another kind counts in none of them."""
    scores = {name: Score() for name in (*WORDS, NONE)}
    for case in cases:
        found = chosen(redactor, case)
        secret = [label for label in case.labels if label.kind in SECRET]
        other = [label for label in case.labels if label.kind not in SECRET]
        for label in secret:
            its = scores[_word_for(case, label)]
            its.labelled += 1
            its.recalled += is_covered(case, label, found)
        for one in found:
            if not overlaps(one, other):
                its = scores[_word_for(case, one)]
                its.found += 1
                its.right += overlaps(one, secret)
    return {name: its for name, its in scores.items() if its.labelled or its.found}


def _word_for(case: Case, place: Label | Found) -> str:
    """Return the words that come last before the end of a turn's place, or ``NONE``."""
    before = [text for _, text in case.utterances[: place.turn]] + [case.utterances[place.turn].text[: place.start]]
    text = "\n".join(before)
    ends = {name: max((found.end() for found in one.finditer(text)), default=-1) for name, one in _WORDS.items()}
    name = max(ends, key=lambda each: ends[each])
    return name if ends[name] >= 0 else NONE


def _print(name: str, its: Score, *, has_precision: bool = True) -> None:
    around = wilson(its.recall, its.labelled)
    precision = f"   precision {its.precision:.3f}, {its.right} of {its.found}" if has_precision else ""
    recall = f"recall {its.recall:.3f} ({around.low:.3f} to {around.high:.3f})" if its.labelled else "recall -"
    print(f"{name:26} {its.labelled:4} labelled   {recall}{precision}")


if __name__ == "__main__":
    main(sys.argv[1:])
