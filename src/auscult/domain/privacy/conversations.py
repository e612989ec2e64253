"""Redaction of a whole conversation: turns, names, custom fields, the parts of the contact centre and the assistant.

Ids stay: they identify conversation, customer and agent. Names and e-mail addresses of staff stay in their own fields,
which reports show, and are redacted everywhere else.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.privacy.digests import Digest, digest_of
from auscult.domain.privacy.policy import NO_POLICY, Policy
from auscult.domain.privacy.redaction import (
    PLACEHOLDER,
    Found,
    Hints,
    Kind,
    Numbering,
    Redacted,
    Span,
    Utterance,
    moved,
    placeholder,
)

_Path = tuple[str | int, ...]
Find = Callable[[Sequence[Utterance], Hints], Sequence[Found]]
_Redact = Callable[[Sequence[str], Iterable[Found]], Redacted]

_PARTS = ("custom_fields", "customer", "agents", "queues", "contact", "assist", "ai", "calls")
_OF_CALL = ("arguments", "result")
_OF_TOOL = frozenset({"name", "needs", "after"})
_TYPES = {field.name: field.type for field in msgspec.structs.fields(Conversation)}
_IDS = re.compile(r"(?:^|_)ids?$|^(?:type|kind|channel|language|status|state|event)$")
_STAFF = frozenset(
    {"agents", "agent", "responding_agent", "non_responding_agents", "consulting_agents", "joined_users", "queues"}
)
_KEY = -1
"""First step to a key of arguments and results, wherever it is."""
_PLAIN = re.compile(r"[a-z]+(?:_?[a-zA-Z])*")
"""A key as programs have it: no name, and no number."""
_CALL_LEVEL = 2
"""Steps to a call."""
_OWN = ("custom_fields", "calls")
_OF_STAFF: frozenset[Kind] = frozenset({"name", "email", "phone"})
_NAMES = re.compile(r"(?:^|_| )(?:name|surname|first|last|fullname|firstname|lastname)$", re.IGNORECASE)
_SECRETS = re.compile(
    r"(?:(?:api|access|private|auth)[ _-]?key|token|secret|password|passwd|passphrase|credentials?|authorization)$",
    re.IGNORECASE,
)
"""End of a key of a call whose text opens something."""
_MAY_HOLD = re.compile(r"\d\D{0,3}\d|@|(?:zero|one|two|three|four|five|six|seven|eight|nine|oh) ", re.IGNORECASE)
_APART = 4
"""Empty utterances between two fields, so that the one says nothing of the other."""
_LONGEST_NAME = 80
_NO_NAME = re.compile(
    r"\W*(?:\w|[^\W\d]{1,12}[\W_]*\d+|\d+|agente?|advisor|kunde|kundin|berater|customer|caller|cliente?|user|bot"
    r"|system)\W*",
    re.IGNORECASE,
)
"""Label of a speaker that is not a name: ``Speaker 1``, ``spk_0``, ``A``, ``agent``."""
_SMALLEST_NUMBER = 10**6
_SMALLEST_CODE = 100
"""The same in a field of the customer's own, which may be a PIN; only its key says so."""
_LONG = 7
"""Digits of a number from the talk that is looked for in fields."""
_WORD = re.compile(r"[^\W_]+")


class RedactedConversation(NamedTuple):
    """A redacted conversation, the spans by turn id, the originals by placeholder, and the placeholders of all that was replaced."""

    conversation: Conversation
    spans: Mapping[str, tuple[Span, ...]]
    originals: Mapping[str, str]
    replaced: Mapping[str, str]


class _Leaf(NamedTuple):
    """A text inside a part: how to get there, its last key in words, whether it is of staff."""

    path: _Path
    key: str
    text: str
    is_staff: bool


def redact_conversation(
    conversation: Conversation,
    find: Find,
    countries: tuple[str, ...] = (),
    digest: Digest | None = None,
    policy: Policy = NO_POLICY,
) -> RedactedConversation:
    """Replace personal data everywhere in a conversation by placeholders; one value has one number in all of it.

    Fields whose key is a name are names, whatever ``find`` finds in them; some stay by the ``policy``. With ``digest`` the
    conversation has a keyed hash of each value, and one that it has from before keeps its number.
    """
    hints = hints_of(conversation, countries)
    texts = [turn.text for turn in conversation.turns]
    utterances = [Utterance(turn.speaker, turn.text) for turn in conversation.turns]
    mask_of = partial(digest_of, digest=digest) if digest else None
    numbering = Numbering(texts, conversation.masks, mask_of, policy.dropped)
    redacted = partial(policy.redacted, numbering=numbering)
    found = find(utterances, hints)
    talk = redacted(texts, found)
    changes, originals, replaced = _fields(conversation, partial(_Known, find, hints, found), redacted)
    labels = _labels(conversation, redacted)
    originals = {**originals, **{shown: label for label, shown in labels.items()}}
    if any(talk.spans) or labels:
        changes["turns"] = tuple(
            _redacted_turn(turn, text, labels, has_spans=bool(spans))
            for turn, text, spans in zip(conversation.turns, talk.texts, talk.spans, strict=True)
        )
    masks = {mark: digest_of(kind, value, digest) for mark, kind, value in numbering.values()} if digest else {}
    if masks:
        changes["masks"] = {**conversation.masks, **masks}
    spans = {turn.id: _timed(its, turn) for turn, its in zip(conversation.turns, talk.spans, strict=True) if its}
    after = replace(conversation, **changes) if changes else conversation
    replaced = {**replaced, **labels, **talk.replaced(texts)}
    return RedactedConversation(after, spans, {**originals, **talk.originals}, replaced)


def _redacted_turn(turn: Turn, text: str, labels: Mapping[str, str], *, has_spans: bool) -> Turn:
    after = replace(turn, text=text, doubts=()) if has_spans else turn
    shown = labels.get(turn.speaker_label or "")
    return after if shown is None or turn.speaker in ("agent", "bot") else replace(after, speaker_label=shown)


def _labels(conversation: Conversation, redacted: _Redact) -> dict[str, str]:
    """Return placeholders of the labels that name a person, but for staff's."""
    names = {turn.speaker_label for turn in conversation.turns if turn.speaker not in ("agent", "bot")}
    found = [each for each in sorted(filter(None, names)) if not _NO_NAME.fullmatch(each)]
    open_ = [each for each in found if not PLACEHOLDER.fullmatch(each) and len(each) <= _LONGEST_NAME]
    whole = [Found(index, 0, len(each), "name", " ".join(each.lower().split())) for index, each in enumerate(open_)]
    shown = redacted(open_, whole).texts if open_ else ()
    return {label: after for label, after in zip(open_, shown, strict=True) if after != label}


def hints_of(conversation: Conversation, countries: tuple[str, ...] = ()) -> Hints:
    """Return the facts of a conversation by which personal data is recognised in it."""
    return Hints(names=_names(conversation), countries=countries, language=conversation.language)


def _names(conversation: Conversation) -> tuple[str, ...]:
    names = [agent.name for agent in conversation.agents]
    if conversation.customer is not None:
        names.append(conversation.customer.name)
    labels = {turn.speaker_label for turn in conversation.turns if turn.speaker_label}
    names += [each for each in sorted(labels) if not _NO_NAME.fullmatch(each)]
    open_ = (PLACEHOLDER.sub("", name).strip() for name in names if name)
    return tuple(filter(None, open_))


class _Known:
    """Finds personal data in fields, given what was found in the talk."""

    def __init__(self, find: Find, hints: Hints, found: Sequence[Found]) -> None:
        names = sorted({one.value for one in found if one.kind == "name"})
        self._find = find
        self._hints = replace(hints, names=(*hints.names, *names))
        self._numbers: dict[str, tuple[Kind, str]] = {}
        for one in found:
            digits = "".join(letter for letter in one.value if letter.isdecimal())
            if len(digits) >= _LONG:
                self._numbers[digits] = (one.kind, one.value)

    def find(self, utterances: Sequence[Utterance]) -> Sequence[Found]:
        """Return what is personal; a number that is known from the talk is, whatever a field's key says."""
        again = [
            Found(turn, found.start(), found.end(), kind, value)
            for digits, (kind, value) in self._numbers.items()
            for turn, (_, text) in enumerate(utterances)
            if sum(letter.isdecimal() for letter in text) >= len(digits)
            for found in re.finditer(r"\D{0,3}".join(digits), text)
        ]
        return [*self._find(utterances, self._hints), *again]


def _timed(spans: Sequence[Span], turn: Turn) -> tuple[Span, ...]:
    """Bound spans by their turn's times: the times of its words are not known here."""
    return tuple(replace(span, start_ms=turn.start_ms, end_ms=turn.end_ms) for span in spans)


def _fields(
    conversation: Conversation, known: Callable[[], "_Known"], redacted: _Redact
) -> tuple[dict[str, Any], Mapping[str, str], Mapping[str, str]]:
    """Return the parts of a conversation that change, the originals in them, and the placeholders of what was replaced."""
    parts = {
        name: msgspec.to_builtins(value, builtin_types=(datetime,))
        for name in _PARTS
        if (value := getattr(conversation, name))
    }
    leaves = [leaf for name, part in parts.items() for leaf in _leaves(part, (name,), name, is_staff=name in _STAFF)]
    leaves = list({leaf.path: leaf for leaf in leaves}.values())
    if not leaves:
        return {}, {}, {}
    after = _redacted_leaves(leaves, known(), redacted)
    texts = {leaf.path: text for leaf, text, spans in zip(leaves, after.texts, after.spans, strict=True) if spans}
    changed = {"calls" if path[0] == _KEY else str(path[0]) for path in texts}
    changes = {name: msgspec.convert(_replaced(parts[name], texts, (name,)), _TYPES[name]) for name in changed}
    return changes, after.originals, after.replaced([leaf.text for leaf in leaves])


def _redacted_leaves(leaves: Sequence[_Leaf], known: _Known, redacted: _Redact) -> Redacted:
    """Redact texts of fields. Each follows its key, which may name its kind: ``date of birth``."""
    utterances: list[Utterance] = []
    for leaf in leaves:
        utterances += [Utterance("key", leaf.key), Utterance("field", leaf.text)]
        utterances += [Utterance("", "")] * _APART
    step = 2 + _APART
    found = [
        one._replace(turn=one.turn // step)
        for one in known.find(utterances)
        if one.turn % step == 1 and not (leaves[one.turn // step].is_staff and one.kind in _OF_STAFF)
    ]
    found += [one for index, leaf in enumerate(leaves) for one in (*_whole_name(index, leaf), *_secret(index, leaf))]
    return redacted([leaf.text for leaf in leaves], found)


def _whole_name(index: int, leaf: _Leaf) -> Iterator[Found]:
    """Yield the whole of a field whose key is a name, but for staff's."""
    is_open = any(word.isalpha() for word in _WORD.findall(PLACEHOLDER.sub("", leaf.text)))
    if not leaf.is_staff and is_open and len(leaf.text) <= _LONGEST_NAME and _NAMES.search(leaf.key):
        words = leaf.text.lower().split()
        value = " ".join(word for word in words if any(map(str.isalpha, word)))  # a number beside it is found by itself
        yield Found(index, 0, len(leaf.text), "name", value)


def _secret(index: int, leaf: _Leaf) -> Iterator[Found]:
    """Yield the whole of a field of a call whose key names what opens something: ``api_key``, ``accessToken``."""
    is_open = leaf.text.strip() and not PLACEHOLDER.fullmatch(leaf.text)
    if is_open and leaf.path[0] == "calls" and _SECRETS.search(leaf.key):
        yield Found(index, 0, len(leaf.text), "security_code", leaf.text)


def _leaves(value: object, path: _Path, key: str, *, is_staff: bool) -> Iterator[_Leaf]:
    """Yield the texts inside a part that may hold personal data, and numbers long enough to identify a person."""
    match value:
        case dict():
            for name, inner in cast("dict[str, object]", value).items():
                if path[0] == "calls" and len(path) > _CALL_LEVEL and not _PLAIN.fullmatch(name):
                    yield _Leaf((_KEY, name), "", name, is_staff=False)
                if _may_hold(name, path):
                    of_staff = path[0] != "calls" and (is_staff or name in _STAFF)
                    yield from _leaves(inner, (*path, name), name.replace("_", " "), is_staff=of_staff)
        case list() | tuple():
            for index, inner in enumerate(cast("Sequence[object]", value)):
                yield from _leaves(inner, (*path, index), key, is_staff=is_staff)
        case str() if not is_staff or _MAY_HOLD.search(value):
            yield _Leaf(path, key, value, is_staff)
        case int() if abs(value) >= (_SMALLEST_CODE if path[0] in _OWN else _SMALLEST_NUMBER) and not (
            key.endswith(" ms") or isinstance(value, bool)
        ):
            yield _Leaf(path, key, str(value), is_staff)
        case _:
            pass


def _may_hold(name: str, path: _Path) -> bool:
    """Return whether the value of a key may hold personal data: ids do not, but for those of the customer's own."""
    match path:
        case ("calls", int()):
            return name in _OF_CALL
        case ("ai", "tools", int()):
            return name not in _OF_TOOL
        case ("calls" | "custom_fields", *_):
            return True
        case _:
            return not _IDS.search(name) or any(str(each).endswith("_info") for each in path)


def _replaced(value: object, texts: Mapping[_Path, str], path: _Path) -> object:
    """Return a part with other texts at some paths."""
    match value:
        case dict():
            after: dict[str, object] = {}
            is_own = path[0] == "calls" and len(path) > _CALL_LEVEL
            for name, inner in cast("dict[str, object]", value).items():
                key = shown = texts.get((_KEY, name), name) if is_own else name
                while key in after:  # two security codes have one placeholder
                    key = f"{shown} {len(after)}"
                after[key] = _replaced(inner, texts, (*path, name))
            return after
        case list() | tuple():
            inside = cast("Sequence[object]", value)
            return [_replaced(inner, texts, (*path, index)) for index, inner in enumerate(inside)]
        case _:
            return texts.get(path, value)


class Redaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stored part of a redaction: spans by turn id; and with tokens the originals by placeholder."""

    spans: dict[str, tuple[Span, ...]] = {}
    originals: dict[str, str] = {}
    is_marked: bool = False
    """Something was replaced whose original is not kept and whose place is not known: a word of a recording."""

    def behind(self, earlier: "Redaction") -> "Redaction":
        """Return both, this one where they differ."""
        return Redaction(spans={**earlier.spans, **self.spans}, originals={**earlier.originals, **self.originals})

    def upon(self, earlier: "Redaction") -> "Redaction":
        """Return both, where this one is of the texts that the earlier one left: a turn may have spans of either."""
        spans = {turn: _joined(its, earlier.spans.get(turn, ())) for turn, its in self.spans.items()}
        return replace(self.behind(earlier), spans={**earlier.spans, **spans})

    def within(self, conversation: Conversation, marks: Container[str]) -> "Redaction":
        """Return the part that still holds: of these placeholders, and spans where the turn still has them."""
        texts = {turn.id: turn.text for turn in conversation.turns}
        return Redaction(
            spans={
                turn: its
                for turn, its in self.spans.items()
                if all(texts.get(turn, "")[one.start : one.end] == placeholder(one.kind, one.number) for one in its)
            },
            originals={mark: value for mark, value in self.originals.items() if mark in marks},
        )


def _joined(later: Sequence[Span], earlier: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans of a turn that was redacted twice, with offsets in its first and its last text."""
    first = partial(moved, spans=earlier, is_back=True)
    last = partial(moved, spans=later)
    joined = [
        *(
            replace(one, original_start=first(one.original_start), original_end=first(one.original_end))
            for one in later
        ),
        *(replace(one, start=last(one.start), end=last(one.end)) for one in earlier),
    ]
    return tuple(sorted(joined, key=lambda one: one.start))
