"""A conversation to the personal data in it: a first look, the fitted decision, and what is known found again."""

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache
from itertools import pairwise

from auscult.domain.privacy.redaction import Found, Hints, Kind, Utterance
from auscult.redactors._recogniser.decide import Decision, installed
from auscult.redactors._recogniser.numbers import DOUBTFUL, SAID
from auscult.redactors._recogniser.own import Own
from auscult.redactors._recogniser.signs import Read, Reading, asks, given_names, naming, usual
from auscult.redactors._recogniser.spans import Piece, found_in, pieces, value_of
from auscult.redactors._recogniser.tokens import Turn, lowered, telling
from auscult.redactors._recogniser.validators import is_card, is_iban

_DIGIT = re.compile(r"[\d@]")
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_CAPITAL = re.compile(r"[^\W\d_],? (?!I\b)[A-Z]|^[A-Z]{2}")
_CODES, _CODE_LENGTHS = frozenset({"password", "cvv"}), range(3, 9)
_OF_CODES = ("password", "cvv", "card", "expiry")
_NUMBERED = frozenset({"card", "iban", "phone", "national_number", "account", "security_code"})
_LEAST_DIGITS, _LEAST_NAME = 5, 3
_OF_FIELDS, _SHORT_FIELD = _NUMBERED | {"expiry"}, 7
_PERSONAL_KEYS = frozenset(
    {"card", "last", "expiry", "cvv", "iban", "account", "national", "document", "phone", "birth", "password", "postcode",
     "address"}
)  # fmt: skip
_WORD_IN_KEY = re.compile(r"(?<=[a-z\d])(?=[A-Z])|[_-]")
_BEFORE_NAME = telling("title") | {
    "hi",
    "hello",
    "hey",
    "thanks",
    "you",
    "thank",
    "dear",
    "danke",
    "hallo",
    "gracias",
    "hola",
    "merci",
    "olá",
}
_NEAR, _MOST_PARTS, _WHOLE_CARD = 4, 4, (15, 16)


@cache
def _plain() -> frozenset[str]:
    """Return the words that by themselves show nothing: usual ones that are no number and no name."""
    return frozenset(usual() - given_names() - (SAID.keys() - DOUBTFUL))


def looked_at(utterances: Sequence[Utterance]) -> Iterator[int]:
    """Yield the turns that may hold something personal: with a digit, an unusual word, a name, or an answer."""
    plain, strong, is_asked = _plain(), naming(), False
    for number, (_, text) in enumerate(utterances):
        words = _PLAIN_WORD.findall(text.lower())
        if (
            is_asked
            or not plain.issuperset(words)
            or not strong.isdisjoint(words)
            or _DIGIT.search(text)
            or _CAPITAL.search(text)
        ):
            yield number
        is_asked = asks(words)


def secrets(utterances: Sequence[Utterance]) -> list[Found]:
    """Return the security codes, PINs, passwords and one-time codes of a conversation; fast where none is spoken of."""
    cues, near, reach = telling(*_OF_CODES), set[int](), -1
    for number, (_, text) in enumerate(utterances):
        if not cues.isdisjoint(_PLAIN_WORD.findall(text.lower())):
            reach = number + _NEAR
            near.add(number - 1)
        if number <= reach:
            near.add(number)
    if not near:
        return []
    return [one for one in recognised(utterances, Hints(), near=near) if one.kind == "security_code"]


def recognised(
    utterances: Sequence[Utterance], hints: Hints, decision: Decision | None = None, near: Container[int] | None = None
) -> list[Found]:
    """Return what is personal in a conversation, or in those turns of it that are ``near``."""
    decision = decision or installed()
    reading = Reading(utterances, hints.language, hints.countries)
    own = Own(hints.own, hints.agents)
    kinds: dict[int, dict[int, str]] = {}
    for number in looked_at(utterances):
        if near is None or number in near:
            read = reading.turn(number)
            premises = own.premises(read)
            kinds[number] = {at: kind for at, kind in decision.label(read).items() if at not in premises}
    _split_cards(utterances, reading, kinds)
    _named_later(utterances, reading, kinds)
    found: list[Found] = []
    for number, labels in kinds.items():
        read = reading.turn(number)
        its = [piece for piece in pieces(read, labels) if not own.has(read, piece)]
        if utterances[number].speaker == "field":
            its = [piece for piece in its if not _is_unnamed(utterances[number - 1].text, read, piece)]
        found += found_in(read, its)
    found = list(_joined(utterances, found))
    return [*found, *_again(utterances, reading, found, hints)]


def _is_unnamed(key: str, read: Read, piece: Piece) -> bool:
    """Return whether a short number is all of a field whose key names nothing personal: ``version`` 12.

    Alone in a turn such a number answers what was asked before; of a field only the key says what it is.
    """
    chars = value_of(read, piece.first, piece.last, piece.kind)
    if piece.kind not in _OF_FIELDS or len(chars) > _SHORT_FIELD or piece.last - piece.first + 1 < len(read.forms):
        return False
    names = _WORD_IN_KEY.sub(" ", key)
    return _PERSONAL_KEYS.isdisjoint(Turn(0, "a", names, lowered(names)).classes)


def _split_cards(utterances: Sequence[Utterance], reading: Reading, kinds: dict[int, dict[int, str]]) -> None:
    """Make a card of numbers that one side gives over several turns, where they are one by its check together.

    One of them has to be taken for personal already: of any numbers, one in ten would pass.
    """
    runs = [
        (number, run, "".join(unit.chars for unit in run))
        for number in kinds
        for run in reading.turn(number).turn.runs
        if all(unit.chars.isdecimal() for unit in run)
    ]
    for first, (number, _, begun) in enumerate(runs):
        its, last, chars = [runs[first]], number, begun
        for other in runs[first + 1 :]:
            is_near = 0 < other[0] - last <= _NEAR and utterances[other[0]].speaker == utterances[number].speaker
            if not is_near or len(chars) + len(other[2]) > _WHOLE_CARD[-1]:
                continue
            its, chars, last = [*its, other], chars + other[2], other[0]
            if len(chars) in _WHOLE_CARD and is_card(chars):
                tokens = [(turn, at) for turn, run, _ in its for at in range(run[0].first, run[-1].last + 1)]
                if any(at in kinds[turn] for turn, at in tokens):
                    for turn, at in tokens:
                        kinds[turn][at] = "card"
                break


def _named_later(utterances: Sequence[Utterance], reading: Reading, kinds: dict[int, dict[int, str]]) -> None:
    """Make a code of a number that is all of a turn, where what is said next names a code."""
    for number, labels in kinds.items():
        after = reading.tokens(number + 1) if number + 1 < len(utterances) else None
        turn = reading.turn(number).turn
        if after is None or len(turn.runs) != 1 or after.classes.isdisjoint(_CODES):
            continue
        run = turn.runs[0]
        is_all = run[0].first == 0 and run[-1].last == len(turn.words) - 1
        if is_all and sum(len(unit.chars) for unit in run) in _CODE_LENGTHS:
            labels.update(dict.fromkeys(range(len(turn.words)), "security_code"))


def _joined(utterances: Sequence[Utterance], found: Sequence[Found]) -> Iterator[Found]:
    """Yield all, a part of a name, a card or an IBAN with the value of the whole.

    A card or an IBAN may come in parts that one side gives over several turns.
    """
    parts = [one for one in found if one.kind in ("card", "iban")]
    whole: dict[tuple[int, int], str] = {}
    for first in range(len(parts)):
        value, its = "", list[Found]()
        for part in parts[first : first + _MOST_PARTS]:
            near = not its or (
                part.turn - its[-1].turn <= _NEAR and utterances[part.turn].speaker == utterances[its[0].turn].speaker
            )
            if part.kind != parts[first].kind or not near:
                continue
            value, its = value + part.value, [*its, part]
            if len(its) > 1 and (is_card(value) if part.kind == "card" else is_iban(value.lower())):
                whole.update({(one.turn, one.start): value for one in its})
                break
    names = sorted({one.value for one in found if one.kind == "name"}, key=_longest_first)
    for one in found:
        value = whole.get((one.turn, one.start), one.value)
        if one.kind == "name":
            value = next(name for name in names if set(value.split()) <= set(name.split()))
        yield one._replace(value=value)


def _again(utterances: Sequence[Utterance], reading: Reading, found: Sequence[Found], hints: Hints) -> Iterator[Found]:
    """Yield what is known wherever it is said: the names of hints, and names and numbers that were found elsewhere."""
    names = _names(hints, found)
    if names:
        words = sorted(map(re.escape, names), key=lambda each: (-len(each), each))
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
        for number, (_, text) in enumerate(utterances):
            low = lowered(text)
            hits = [hit for hit in pattern.finditer(low) if _is_name(text, hit)]
            for start, end in _merged(low, hits):
                yield Found(number, start, end, "name", names[low[start:end].split()[0]])
    numbers: dict[str, Kind] = {
        one.value: one.kind for one in found if one.kind in _NUMBERED and _digits(one.value) >= _LEAST_DIGITS
    }
    taken = {(one.turn, one.start) for one in found}
    for number, (_, text) in enumerate(utterances) if numbers else ():
        turn = reading.tokens(number) if _has_number(text) else None
        for run in turn.runs if turn is not None else ():
            chars = "".join(unit.chars for unit in run).upper()
            whole = next((value for value in numbers if chars.endswith(value)), None)
            if turn is not None and whole is not None and (number, turn.starts[run[0].first]) not in taken:
                yield Found(number, turn.starts[run[0].first], turn.ends[run[-1].last], numbers[whole], whole)


def _names(hints: Hints, found: Sequence[Found]) -> dict[str, str]:
    """Return the words of names that are known, with the name: those of hints, and unusual ones of what was found."""
    staff = {word for name in hints.agents for word in lowered(name).split()}
    known = {word for name in hints.names for word in lowered(name).split()}
    names: dict[str, str] = {}
    for name in sorted({*hints.names, *(one.value for one in found if one.kind == "name")}, key=_longest_first):
        for word in lowered(name).split():
            is_sure = word in known or word not in usual() or word in given_names() or " " in name
            if len(word) >= _LEAST_NAME and word.isalpha() and word not in staff and is_sure:
                names.setdefault(word, " ".join(lowered(name).split()))
    return names


def _longest_first(name: str) -> tuple[int, str]:
    return -len(name), name


def _digits(value: str) -> int:
    return sum(map(str.isdecimal, value))


def _has_number(text: str) -> bool:
    return bool(_DIGIT.search(text)) or not SAID.keys().isdisjoint(text.lower().split())


def _is_name(text: str, hit: re.Match[str]) -> bool:
    """Return whether a known name is one here: a usual word is by a capital, or behind a greeting or a title."""
    its = hit[0]
    if its not in usual():
        return True
    before = lowered(text)[: hit.start()].split()[-1:]
    return bool(before) and (before[0].strip(".,!") in _BEFORE_NAME or text[hit.start()].isupper())


def _merged(low: str, hits: Sequence[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """Yield the places of names, words that follow each other as one."""
    spans = [list(hit.span()) for hit in hits]
    for before, after in pairwise(spans):
        if low[before[1] : after[0]] == " ":
            after[0], before[1] = before[0], before[0]
    return ((start, end) for start, end in spans if start < end)
