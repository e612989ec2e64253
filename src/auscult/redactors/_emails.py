"""E-mail addresses, written and said: ``jane@mail.org``, ``jane dot doe at gmail dot com``, ``jane arroba gmail``."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from auscult.redactors._digits import ONES, TEENS, TENS, runs_in
from auscult.redactors._patterns import searcher
from auscult.redactors._people.lists import EVERYDAY
from auscult.redactors._words import words_of

_LISTS = words_of("email_words.txt")
_ENDS = "|".join(sorted(_LISTS["ends"]))
_AT = (
    r"(?:\b(?:(?:and |then )?at (?:the rate(?: of)?|sign|symbol)|at|arroba|arobase|arobas|chiocciola|apenstaartje"
    r"|snabel-?a|klammeraffe)\b| ät\b|@|[(\[]at[)\]])"
)
_SAID_DOT = r"(?:\s+(?:dot|punkt|punto|ponto|punt)\s+|\s?[(\[]dot[)\]]\s?)"
_DOT = rf"(?:{_SAID_DOT}|\s+(?:period|point)\s+|\.|\s\.\s?)"
_PROVIDER, _DOUBTFUL = ("|".join(sorted(_LISTS[title])) for title in ("providers", "doubtful_providers"))
_LABEL = r"[a-z0-9à-ÿ-]+"
_NAME = (
    rf"(?:(?:[a-z0-9]\s+){{2,16}}(?:(?:dash|hyphen|minus)\s+)?)?"
    rf"(?:{_LABEL}\s+(?:(?:dash|hyphen|minus)\s+)?){{0,4}}?{_LABEL}"
)
_END = rf"(?:{_DOT}(?:{_ENDS})\b|{_SAID_DOT}(?:[a-z]{{2,14}}|[a-z](?:\s[a-z]){{1,2}})\b)"
_DOMAIN = rf"{_NAME}(?:{_DOT}{_LABEL}){{0,3}}?{_END}(?:{_DOT}(?:{_ENDS}|[a-z] [a-z])\b)?"

_WRITTEN = searcher(
    r"[a-zà-ÿ0-9][a-zà-ÿ0-9._%+'-]*\s?@\s?[a-zà-ÿ0-9-]+(?:(?:\.|\s\.\s?)[a-zà-ÿ0-9-]+)*(?:\.|\s\.\s?)[a-z]{2,24}"
)
_DOMAIN_WRITTEN = re.compile(r"\s*(@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})\W*$")
"""A domain with its sign as all that a turn says: ``@mail.org``."""
_SAID_DOMAIN = searcher(
    rf"{_AT}[\s,]*(?:\b(?:the|my|usual|same|old)\s+){{0,2}}((?:{_DOMAIN})|(?:{_PROVIDER})(?:\s+(?:com|net|org))?)\b"
)
_DOUBTFUL_DOMAIN = searcher(rf"{_AT}[\s,]*((?:{_DOUBTFUL}))\b")
HAS_EMAIL = searcher(
    rf"@|{_AT}[^\n]{{1,70}}(?:\b(?:dot|point|punkt|punto|ponto|punt)\b|[(\[]dot|\.[a-z]{{2}})|\b(?:at|arroba"
    rf"|arobase|rate|sign),? (?:the |usual |same |my ){{0,2}}(?:{_PROVIDER})\b"
)
"""Prefilter: only a text with a match can contain an e-mail address."""
ENDS_ALONE = searcher(rf"(?m)^[^\n]{{0,16}}\b(?:dot|punkt|punto|point|ponto|punt) (?:{_ENDS})[^\w\n]*$")
"""A turn that may be the end of a domain alone."""
OPEN = searcher(r"(?m)\b(?:dot|underscore|dash|hyphen) [a-z0-9' ]+ at[ .,]*$")
"""A turn that ends with the ``at`` of an address."""
CUES = searcher(
    r"(?:before|after) the at\b|(?m)^\W*(?:and |then )*at\W*$|\be-?mail|\bmail (?:id|address)\b|\bcorreo\b"
    r"|\bcourriel\b|\bmail is\b|\be mail\b"
)

_SEPARATORS = {
    "dot": ".", "period": ".", "point": ".", "punkt": ".", "punto": ".", "ponto": ".", "punt": ".",
    "uscore": "_", "underscore": "_", "unterstrich": "_", "underline": "_",
    "dash": "-", "hyphen": "-", "minus": "-", "bindestrich": "-", "tiret": "-", "guion": "-", "guión": "-",
    "trattino": "-",
    "plus": "+",
}  # fmt: skip
_SIGNS = frozenset({"dot", "dash", "hyphen", "underscore", "uscore"})
"""Words for signs that are hardly anything else, so that an address goes on before a pause after one."""
_JOINTS = "._-+"
_JOINT = "|".join(_SEPARATORS)
_LOW_LINE = re.compile(
    r"\b(?:gui[oó]n bajo|tiret bas|trattino basso|under score|under dash|low line|laag streepje|liggend streepje)\b"
)
_REMARKS = re.compile(
    r"\b(?:(?:and |then |and then |that's |that is |it's |which is |written |in |with )*(?:all (?:one word"
    r"|together|lower ?case|small|in one|joined|in lower ?case|small letters)|one word|no (?:dots?|spaces?|gaps?"
    r"|caps|capitals|apostrophes?|hyphens?|underscores?|numbers?)|lower ?case|upper ?case|"
    r"(?:and )?then (?:the )?(?:number|digit|numeral|figure|letter|word) (?=[a-z0-9])|and then (?=[a-z0-9]+ )"
    r"|with an? [a-z]|with (?:two|2|double) [a-z](?:'?s)?|as one word|without (?:a |the )?(?:dots?|spaces?))|then"
    r"|uh|um|er)\b"
)
"""Remarks on an address that are not part of it: ``all one word``."""
_PIECE = searcher(
    rf"((?:[a-z0-9à-ÿ']+\s+){{0,2}}?[a-z0-9à-ÿ']+\s+(?:{_JOINT})(?:\s+[a-z0-9à-ÿ']+\s+(?:{_JOINT}))*"
    r"(?:\s+[a-z0-9à-ÿ]+(?:\s[a-z0-9])*)?)\b"
)
"""A part of an address that is said by itself: ``w underscore okafor``."""
_DOMAIN_ALONE = searcher(
    rf"^(?:[^a-z0-9]*(?:and|then|it's|that's|uh|um|so|yes|yeah|at|the|okay|ok"
    rf"|just)\b)*[^a-z0-9]*({_NAME}(?:{_DOT}{_LABEL}){{0,3}}?{_END}(?:{_DOT}(?:{_ENDS})\b)?)"
)
_LEAD = re.compile(
    r"^(?:[^a-z0-9]*(?:it's|it is|yes|yeah|sure|okay|ok|so|um|uh|er|well|that's|just|the first part is"
    r"|first part is|my|email|is)\b)*[^a-z0-9]*"
)
_TAKEN_BACK = re.compile(r"[\s,.]*\b(?:no,? (?:i mean|sorry|wait)|sorry|i mean|no|wait|scratch that|make that)[\s,.]+$")
_LAST_WORD = re.compile(r"[a-z0-9]+(?: (?:dot|dash|underscore))?$")
_ROLE = re.compile(
    r"(?:^|\b(?:is|it's|to|write|e-?mail|:) )\W*((?:contact|office|mail|hello|hi|me|here|info|sales|support|team"
    r"|admin|now))\s*$"
)
"""Words that are no part of an address as a rule, where nothing else is before ``at``."""
_FEW = 6
_SPOKEN_OF = re.compile(
    rf"\b(?:an?|the|one|no|any|another|that|this|two|each|with|without|is|your|my|extra)\s+(?:{_JOINT})\b"
)
"""A sign of an address that is spoken of: ``without the dot``."""
_END_ALONE = searcher(
    rf"(?m)^(?:[^\w\n]*(?:no|yes|yeah|it's|that's|so|um|uh|just|sorry|and|then|ok|okay)\b)*[^\w\n]*((?:dot|punkt"
    rf"|punto|point|ponto|punt) (?:{_ENDS})(?: (?:dot|punkt|punto|point|ponto|punt) (?:{_ENDS}))?)[^\w\n]*$"
)
_OPEN_DOMAIN = re.compile(r"\s(?:at|arroba|arobase)\s+((?:[a-z0-9-]+ ){0,2}[a-z0-9-]+)[^\w\n]*$")
_LOOKS_LOCAL = re.compile(
    rf"(?:[a-z0-9]+(?:[._-][a-z0-9]+)+|[a-z]+\d+|(?:[a-z0-9]\s+){{2,}}[a-z0-9]+"
    rf"|(?:[a-z0-9]+\s+){{1,3}}(?:{_JOINT})(?:\s+[a-z0-9]+){{1,3}})\W*$"
)
"""The part before ``at`` as all that a turn says, by its signs or its letters one by one."""
_NO_ADDRESS = re.compile(r"\b(?:name|surname|point (?:is|was|of)|dot com)\b")
_SCALES = frozenset({"hundred", "thousand", "zed", "zee"})
_TIMES = frozenset({"double", "triple", "treble"})
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?|[._-](?=\S)|[,;:?!.](?=\s|$)")
_BREAKS = frozenset(",;:?!")
_STOPS = _LISTS["stops"]
_VERBS = _LISTS["verbs"]
_AS_IN = re.compile(r"\b([a-z])(?:,? (?:that's|that is|with) (?:an? )?\1)? (?:as in|for|like) \1[a-z]+")
"""A letter with a word that begins with it: ``j as in john``."""
_VERBS_AT = tuple(f" {verb} " for verb in sorted(_VERBS))
_DESCRIBED = re.compile(r"\b(?:(?:first|last|full|sur|user) ?name|surname|initials?)\b")
"""Words for the part of an address that is described rather than said."""
_MOST_WORDS = 16
_FIRST_WORDS = 3
_NUMBER_NAMED = re.compile(r"\b(?:the )?(?:number|digit|numeral|figure) $")
"""Words before a number in an address: ``the number four``."""
_REACH = 16
BEFORE_AT = re.compile(r"\W*(?:(?:no|yes|yeah|yep|so|um|uh|er|and|then|okay|ok)\b\W*)*")
"""Words that may precede ``at`` where the first part of the address is in an earlier turn."""
_ONE_BY_ONE = re.compile(
    rf"\b(?:[a-z]|\d|double|{'|'.join(ONES)})(?:,? (?:er,? |uh,? |um,? )?(?:[a-z]|\d|double|{'|'.join(ONES)})\b)"
)
"""Letters or digits one by one."""


class _Local(NamedTuple):
    """The part of an address before its ``at``: where it begins, and how it would be written."""

    start: int
    text: str


def emails(low: str, earlier: str | None = None, *, is_asked: bool = False) -> Iterator[tuple[int, int, str]]:
    """Yield e-mail addresses of a text in small letters: start, end, and the address as it would be written.

    ``earlier`` is what the same side said before, with which an address may begin: its ``start`` is negative then, as
    counted from the end of ``earlier``. With ``is_asked`` addresses are spoken of, so that ``at outlook`` is one too.
    """
    written: list[tuple[int, int]] = []
    for found in _WRITTEN.finditer(low):
        start = _start_of_written(low, found)
        written.append((start, found.end()))
        yield start, found.end(), re.sub(r"\s", "", low[start : found.end()])
    alone = _DOMAIN_WRITTEN.match(low) if earlier is not None else None
    local = None if alone is None or earlier is None else _all_of(earlier)
    if alone is not None and local is not None and earlier is not None and len(earlier[local.start :].split()) == 1:
        yield local.start - len(earlier), alone.end(), f"{earlier[local.start :].strip()}{alone[1]}"
        return
    doubtful = _DOUBTFUL_DOMAIN.finditer(low) if is_asked else ()
    for found in (*_SAID_DOMAIN.finditer(low), *doubtful):
        if any(start < found.end() and found.start() < end for start, end in written):
            continue
        domain, offset = found[1], found.start()
        inner = domain.rfind(" at ")
        if inner >= 0:  # of ``rob dot at dot work at gmail dot com``
            offset, domain = found.start(1) + inner + 1, domain[inner + len(" at ") :]
        local = _local_part(low[:offset])
        start = offset if local is None else local.start
        if local is None and earlier is not None and BEFORE_AT.fullmatch(low, 0, offset):
            local = _local_part(earlier) or _all_of(earlier)
            start = 0 if local is None else local.start - len(earlier)
        if (
            local is None
            and (is_asked or _DESCRIBED.search(low, 0, offset) is not None)
            and domain.count(" dot ") + domain.count(".")
            and not low[:offset].endswith(_VERBS_AT)
        ):
            local = _Local(start, "")  # what is before it was described, not said
        if local is not None:
            yield start, found.end(), f"{local.text}@{_said_domain(domain)}"


def _local_part(before: str) -> _Local | None:
    """Read back from the end: words joined by ``dot``, spelled letters, digits; and the few words before them."""
    words = _last_words(before)
    parts: list[str] = []
    start, needs_word, at = len(before), True, len(words)
    while at:
        word, begin = words[at - 1]
        is_inside = bool(parts) and (parts[-1] in _JOINTS or _is_spelled(parts[-1]))
        if word in _BREAKS:
            before_it = words[at - 2][0] if at > 1 else ""
            if not (parts and (before_it in _SIGNS or (before_it and _goes_on(before_it, is_inside=is_inside)))):
                break
        elif word in _SEPARATORS or word in _JOINTS:
            if not parts:
                break
            parts.append(_SEPARATORS.get(word, word))
            needs_word = True
        elif needs_word or _is_spelled(word) or _is_spelled(parts[-1]) or word in _TIMES:
            is_number = word == "and" and is_inside and at > 1 and words[at - 2][0] in _SCALES
            is_letter = is_number or (len(word) == 1 and at > 1 and len(words[at - 2][0]) == 1)
            if word in _STOPS and not is_letter and not (is_inside and (needs_word or len(word) <= len("to"))):
                break
            parts.append(ONES.get(word) or TEENS.get(word) or word)
            needs_word = False
        else:
            break
        start, at = begin, at - 1
    parts = _without_joints(parts)
    if not _is_local(parts):
        role = _ROLE.search(before)
        return None if role is None else _Local(role.start(1), role[1])
    taken_back = _TAKEN_BACK.search(before, 0, start)
    if taken_back is not None:
        return _Local(_start_of_taken_back(before[: taken_back.start()], start), "".join(reversed(parts)))
    first = _first_words(words[:at]) if not _is_spelled(parts[-1]) else []
    begin = _with_its_name(before, first[-1][1] if first else start)
    return _Local(begin, "".join(reversed([*parts, *(word for word, _ in first)])))


def _with_its_name(before: str, begin: int) -> int:
    """Return where an address begins whose first word is a digit that may be named before: ``the number four``."""
    named = _NUMBER_NAMED.search(before, max(0, begin - _REACH), begin)
    return begin if named is None or before[begin:].split(maxsplit=1)[0] not in ONES else named.start()


def _without_joints(parts: list[str]) -> list[str]:
    """Strip the joints that nothing is before."""
    while parts and parts[-1] in _JOINTS:
        parts = parts[:-1]
    return parts


def _start_of_taken_back(before: str, start: int) -> int:
    """Return where the part begins that was said before a correction; ``start`` where none was."""
    earlier = _local_part(before)
    if earlier is not None:
        return earlier.start
    said = _LAST_WORD.search(before)
    return start if said is None or said[0].split()[0] in _STOPS else said.start()


def _last_words(before: str) -> list[tuple[str, int]]:
    """Return the last words with their offsets, without the pause after them; ``b as in boy`` is ``b``."""
    plain = _AS_IN.sub(lambda found: found[1].ljust(len(found[0])), before)
    plain = _LOW_LINE.sub(lambda found: "uscore".ljust(len(found[0])), plain)
    plain = _REMARKS.sub(lambda found: " " * len(found[0]), plain)
    words = [(found[0], found.start()) for found in _WORD.finditer(plain)][-_MOST_WORDS:]
    while words and words[-1][0] in _BREAKS:
        words.pop()
    return words


def _goes_on(word: str, *, is_inside: bool) -> bool:
    """Return whether an address goes on before a pause after this word: it is being spelled."""
    return len(word) == 1 or (is_inside and _is_spelled(word))


def _is_local(parts: Sequence[str]) -> bool:
    """Return whether parts, the last first, are a local part, and no verb before ``at`` as in ``look at``."""
    return bool(parts) and not (parts[0] in _VERBS and not (len(parts) > 1 and parts[1] in _JOINTS))


def _first_words(words: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the few words that belong to the one after them, as in ``it's big dave at``; the last comes first."""
    found: list[tuple[str, int]] = []
    for index, (word, begin) in enumerate(reversed(words)):
        if word == "and" and _begins(words[: len(words) - index - 1]):
            found.append((word, begin))
            continue
        if word == "the":
            found.append((word, begin))
            continue
        if word in _STOPS or word in _BREAKS or not word.isalpha():
            return found
        if len(found) >= _FIRST_WORDS:
            return []
        found.append((word, begin))
    return found


def _begins(words: Sequence[tuple[str, int]]) -> bool:
    """Return whether the last word may begin an address that goes on with ``and``: ``try ann and bob at``."""
    if not words or not words[-1][0].isalpha() or words[-1][0] in _STOPS or len(words[-1][0]) == 1:
        return False
    return len(words) == 1 or words[-2][0] in _STOPS or words[-2][0] in _BREAKS


def _is_spelled(word: str) -> bool:
    return len(word) == 1 or word in ONES or word in TEENS or word in TENS or word in _SCALES or word.isdecimal()


def _start_of_written(low: str, found: re.Match[str]) -> int:
    """Return where a written address begins, whose first part may be said or spelled before it: ``j a n @ mail.org``."""
    name = found[0].partition("@")[0]
    if (
        len(name.strip()) > 1
        and not name.strip().isdecimal()
        and not low[: found.start()].endswith((" dot ", " underscore "))
    ):
        return found.start()
    local = _local_part(low[: found.start()] + name)
    return found.start() if local is None else min(local.start, found.start())


def _all_of(text: str) -> _Local | None:
    """Return all of a short turn as the part before ``at``: ``rivera family four``."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    words = text[start:].strip(" .,?!").split()
    if not words or len(words) > _FEW or all(word in _STOPS for word in words) or text.rstrip().endswith("?"):
        return None
    return _Local(start, "".join(words))


def spelled_again(low: str, address: str, local: str, *, is_next: bool) -> Iterator[tuple[int, int]]:
    """Yield where letters and digits one by one repeat the part of an address before its sign, or some of it.

    ``address`` is the address as it was said or written, ``local`` the part of it without its signs; two digits count
    only in the turn after it.
    """
    if _ONE_BY_ONE.search(low) is None:
        return
    said = {run.chars for run in runs_in(0, address)} if is_next else set[str]()
    for run in runs_in(0, low, letters=True):
        chars = run.chars.lower()
        is_part = chars in local if len(chars) <= _FEW else chars[1:] in local  # its first letter may be named before
        if (chars in said and len(chars) > 1) or (len(chars) >= _FIRST_WORDS and is_part):
            yield run.start, run.end


def pieces(low: str) -> Iterator[tuple[int, int, str]]:
    """Yield parts of addresses that are said by themselves where addresses are spoken of."""
    plain = _LOW_LINE.sub(lambda found: "uscore".ljust(len(found[0])), low)
    for found in _PIECE.finditer(plain):
        local = _local_part(plain[: found.end(1)])
        start = found.start(1) if local is None or local.start >= found.end(1) else local.start
        if _NO_ADDRESS.search(low, start, found.end(1)) or _SPOKEN_OF.search(
            plain, max(0, found.start(1) - 1), found.end(1)
        ):
            continue
        yield start, found.end(1), "".join(_SEPARATORS.get(word, word) for word in low[start : found.end(1)].split())


def domain_alone(low: str) -> tuple[int, int] | None:
    """Return the span of a domain that is all that a turn says: ``yahoo dot com``."""
    found = _DOMAIN_ALONE.search(low)
    return None if found is None else found.span(1)


def first_part(low: str) -> tuple[int, str] | None:
    """Return where the part before ``at`` begins in a turn that is all of it, and how it would be written."""
    text = re.sub(r"[\s,.]*\b(?:at|arroba)\W*$", "", low)
    local = _local_part(text) or _all_of(text)
    return None if local is None else (local.start, local.text)


def _said_domain(text: str) -> str:
    if "." not in text and not re.search(r"\s", text):
        return f"{text}.com"
    words = [_SEPARATORS.get(word, word) for word in re.sub(r"[(\[]dot[)\]]", " . ", text).split()]
    return "".join(words) if "." in "".join(words) else ".".join(words)


def looks_local(low: str) -> bool:
    """Return whether all that a turn says is like the part before ``at``: ``j_ortega91``, ``p a o l o``."""
    lead = _LEAD.match(low)
    start = lead.end() if lead else 0
    word = low[start:].strip(" .,!")
    return _LOOKS_LOCAL.match(low, start) is not None or (word.isalpha() and word not in EVERYDAY | _STOPS)


def end_alone(low: str) -> tuple[int, int] | None:
    """Return the span of the end of a domain that is all that a turn says: ``dot nl``."""
    found = _END_ALONE.search(low)
    return None if found is None else found.span(1)


def open_address(low: str) -> tuple[int, int, str] | None:
    """Return where an address without the end of its domain is at the end of a turn, and how it would be written."""
    found = _OPEN_DOMAIN.search(low)
    local = None if found is None else _local_part(low[: found.start()])
    if found is None or local is None:
        return None
    return local.start, found.end(1), f"{local.text}@{''.join(found[1].split())}"
