"""Passwords in what is said: the words behind ``my password is``, and those that answer a question for one."""

import re
from collections.abc import Iterator
from functools import lru_cache

from auscult.domain.said.dates import MONTH_NAMES
from auscult.redactors._digits import WORDS, Run, runs_in, words_in
from auscult.redactors._words import words_of

_LISTS = words_of("secret_words.txt")
FILLERS, NONE, STOPS, REFUSALS = _LISTS["fillers"], _LISTS["none"], _LISTS["stops"], _LISTS["refusals"]
_NO_PASSWORDS = FILLERS | NONE | STOPS | REFUSALS
_USUAL = FILLERS | _LISTS["ordinals"]
_SAID = "|".join(sorted((word for word in WORDS if len(word) > 1), key=len, reverse=True))
_LINK = re.compile(
    r"(?:\s+(?:on|for|at|of|to|from) (?:the|my|your|our|this|that|file|it|\w+'s) ?(?:\w+ ?){0,2}?|\s+(?:that "
    r"|which )?(?:i|you|we|they)"
    r"(?:'ve| have| had)?(?: \w+){1,3}?| que \w+| (?:zu|für) \w+(?: \w+)?| de (?:la|mi|su) \w+)?"
    r"(?:\s*(?:[:=]|\b(?:is|was|are|will be|would be|should be|says|to|as|lautet|ist|war|heißt|es|era"
    r"|será)\b|'s\b)\s*)+"
    r"(?:\b(?:now|still|actually|currently|probably|just|set to|called|jetzt|ahora|always)\s+)*",
)
_QUOTED = re.compile(r"[\"“„»']([^\"“”«']{2,40})[\"”“«']")
_CAMEL = re.compile(r"[a-zà-ÿ]+[A-Z]\w+|[A-ZÀ-Ý]\w*[a-zà-ÿ][A-Z]\w+")
_CHUNK = re.compile(r"[^\s\"“”„]+")
_MAY_BE_STRONG = re.compile(
    r"[\d!#$&*+_^~%@](?:(?<=[^\s\"“”„\d!#$&*+_^~%@][\d!#$&*+_^~%@])|(?=[^\s\"“”„\d!#$&*+_^~%@]))"
)
_STRONG_CHUNK = re.compile(r"(?<![^\s\"“”„])[^\s\"“”„\d!#$&*+_^~%@]*[\d!#$&*+_^~%@][^\s\"“”„]*")
_SENTENCE = re.compile(r"[^.,;!?]+(?:[.,;!?](?!\s|$)[^.,;!?]*)*")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|am|pm|er|a|o|º|ª|g|gb|mb|h|min|mins|s|x)")
_PARTICIPLE = re.compile(r"\w{3,}(?:ed|ing|able|ible)")
_MOST, _FEWEST = 6, 2
_LAST = re.compile(
    r"^(?:\W*(?:yes|yeah|yep|sí|ja))*\W*(?:to|a|auf) (?=\w)|\b(?:it's|it is|its|it was|should be|must be"
    r"|could be|might be|it'll be|name so|so|or|is now"
    r"|it's now|(?:how|what) about|let's say|go(?:ing)? (?:with|for)|make it|set it to|change it to|have"
    r"|if not|i think|i believe|try"
    r"|knows|ist es|es ist|das ist|es la|es el)(?: (?:now|still|just))? (?=\w)"
)
_MONTH = "|".join(MONTH_NAMES)
_DATE = re.compile(
    rf"\b((?:(?:\w+th|\w+first|\w+second|\w+third|\d+(?:st|nd|rd|th)?\.?|\w+teen|\w+ty"
    rf"|[a-z]{{3,5}})[ -])??(?:of )?(?:{_MONTH})(?:[ ,]+(?:the )?(?:\d+(?:st|nd|rd|th)?|\w+teen|\w+ty|\w+th"
    rf"|thousand|and|{_SAID}))*)(?!\w)"
)
_NAMED_BEHIND = re.compile(
    r"(?:\b(\w+ )(?:doesn't|won't|didn't|isn't|does not|no longer) (?:work|working|works|accepted|valid"
    r"|do) as (?:my|the|a)"
    r"|^\W*(?:(?:ok|okay|so|well|yes) )?(\w+ )(?:is|was) (?:the|my|his|her|our|their)|\b(?:was|is"
    r"|it's) (\w+ )(?:the|as (?:the|my|your|a))|\b(?:want|wanted|used?|set|put|chose|choose"
    r"|tried|have|said|say|take|make it)"
    r" ((?:\w+ ){1,3}?)as (?:the|my|your|a)|\b(?:then|and|with|is|was|use"
    r"|put) ((?:\w+ ){1,4}?)that's (?:the|my))(?: new| old| first)? $"
)
_REFUSED = re.compile(
    r",? (\w+(?: \w+)?),? (?:doesn'?t|isn'?t|is not|does not|won'?t|didn'?t|wasn'?t|keeps|gets|got|fails"
    r"|is (?:rejected|wrong|refused|not)|not working|geht nicht"
    r"|funktioniert nicht|wird nicht|no funciona)\b"
)
_KIN = re.compile(
    r"(?:my|our|the|his|her|a) (?:\w+(?:'s)? ){0,2}?(?:name|team|dog|cat|town|street|birthday|pet"
    r"|surname)s?,? (?:(?:and|so|which is|it's|is|was"
    r"|called|that's) )*(?=\w)"
)
_PUT = re.compile(
    r"\b(?:(?:change[ds]?|set|reset|switch|make) (?:it |this |that )?to|(?:new|old|other|first|second|current"
    r"|last) one(?: is|'s| was| should be| will be| would be)|(?:i|we|she|he|they) (?:tried|used|typed|entered"
    r"|put in|keep putting in|keep putting|keep typing|keep entering|keep trying|keep using|put|chose|picked"
    r"|type|enter|said|gave)|i've (?:tried|used|been using)|geändert auf|cambié a) "
)
_LEADS = frozenset(("it's", "its", "is", "try", "be", "maybe", "that's", "was", "were", "ist", "es"))
_SMALL = frozenset(
    (
        "it",
        "that",
        "um",
        "uh",
        "er",
        "erm",
        "hmm",
        "just",
        "now",
        "probably",
        "like",
        "so",
        "yeah",
        "oh",
        "ah",
        "actually",
        "still",
    )
)
_BEHIND = re.compile(
    r"\W*(?:$|(?:with|and|but|all|capital|upper|lower|lowercase|uppercase|i think|i believe|please|thanks"
    r"|or|in|then|like|spelled|spelt|as one|mit|und|con|y|por)\b)"
)
"""Words that may follow a password in an answer."""
CAPITAL = re.compile(
    r"\b(?:capital|upper ?case|lower ?case|big|small|groß|klein|mayúscula|minúscula)(?: letter)? ([a-z])\b"
)
_SPELLED = re.compile(
    rf"[\s,.;-]*(?:(?P<sign>(?:[a-z]|\d+|{_SAID})(?: (?:as in|like|for) \w+)?|underscore|under score|dash"
    rf"|hyphen|exclamation (?:mark|point)"
    r"|at sign|dollar(?: sign)?|hash(?:tag)?|asterisk|ampersand|question mark|full stop|percent(?: sign)?"
    r"|plus(?: sign)?)"
    r"|(?:capital|upper ?case|lower ?case|big|small|letter|the letter|the number|number|then|and then|and"
    r"|then a|groß|klein"
    r"|mayúscula|minúscula|all|double))(?![\w'])"
)
"""A letter, digit or sign of what is spelled, or a word between."""
_CASE = re.compile(r"capital|upper ?case|lower ?case|big|small|groß|klein|mayúscula|minúscula")
_TAIL = re.compile(
    r",? (?:all )?(?:with|mit|con)(?: an?| la| el| einem)? (?:capital|big|small|upper ?case|lower ?case"
    r"|großem?|kleinem?) \w\b"
    r"(?: at the (?:start|front|end|beginning))?"
    r"| con (?:la|el) \w+ (?:mayúscula|minúscula)"
)
"""How a password is written, said behind it."""
_ALPHABET = (
    "alpha|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliet|kilo|lima|mike|november|oscar|papa|quebec|romeo"
    "|sierra|tango|uniform|victor|whiskey|x-?ray|yankee|zulu"
)
_MIXED = re.compile(rf"(?<![\w'])[b-hj-z](?![\w'])|\b(?:{_ALPHABET})\b")
_SPELLING = frozenset(("xray", *"bcdefghjklmnopqrstuvwxyz", *_ALPHABET.split("|")))
"""One of these words is in every text that the pattern is found in."""
_SIGNED = re.compile(r"\b(?:exclamation|dollar|hash|asterisk|ampersand|question mark|percent|at sign)\b")
_SPELLED_LEAST = 3
_TITLE = re.compile(r"\b(?:the|an?|mr|mrs|ms|miss|frau|herr|el|la|los|las|der|die|das|st|saint)\.? $")
"""Words that begin a password of several words."""
_QUESTION = re.compile(r"(?:what|which|who|where|when|how|wie|was|wer|wo|welche[rs]?|cuál|cómo|qué|quién|dónde)\b")
_LEAD = re.compile(
    r"(?:(?:yes|yeah|yep|um|uh|er|erm|sure|okay|ok|it's|it is|it was|i think|i believe|sí|es|ja)\b[\s,.]*)+"
)
_HEDGE = re.compile(
    r"\bi(?:'m| am) (?:pretty |quite |fairly |almost |so |very )?(?:sure|certain|positive)\b|\bif i(?:'m"
    r"| am) not wrong\b"
)
_ENDED = re.compile(r",(?: and)?(?: the)? (?:pass ?word|pw|passwort|kennwort|contraseña) ([^\W\d_]{4,})\W*$")
_OLD = re.compile(
    r"\b(?:old|previous|current|new) (?:pass ?word|passwort|kennwort|contraseña|pin word)"
    r" ([^\W\d_]{4,})(?=[,.]|$| and | but )"
)
_CAPITAL_THEN = re.compile(r"\b(?:capital|big|upper ?case) ([a-z]),? (?:and )?then ([^\W\d_]{3,})")
_LETTERS = re.compile(r"(?<![\w'])(?:[^\W\d_][ ,.-]+){3,}[^\W\d_](?![\w'])")
_TALK = frozenset(
    ("don't", "dont", "can't", "cant", "forgot", "forgotten", "remember", "sorry", "moment", "idea", "sure")
)
_ENDS = re.compile(
    r"\W*(?:(?:all one word|all lower ?case|in lower ?case|too|as well|again|then|like always|as always"
    r"|for now\b.*|until .*|please|but .*|and .*|[,.;].*))?\W*$"
)
_DENIES = re.compile(r"\W*(?:no|yes|yeah|yep|oh|sí|ja|nein|doch)\W+(?:it's|it is|es|das ist|es ist)\b")
_PROPOSED = re.compile(
    r"\b(?:let's say|let's go with|let it be|something like|how about|what about|sagen wir|digamos) ([\w'-]{4,})\W*$"
)
_JOINED = re.compile(r"[\s,.]*\b(?:and|or|then|maybe|or maybe|and then|y|o|und|oder) (\w[\w'-]*)\W*$")
_ASKS_BACK = re.compile(r"\W*(?:(?:and|but|so|what about|how about) )+(?:my|the|your|if|when|what)\b")
UNSURE = re.compile(rf"\b({_SAID}|\d) (?:something|blank|question mark|unreadable)\b")
"""A digit before one that cannot be read."""
LABELLED = re.compile(r"\b(?:label|sticker|box|device|router|meter|machine|model|plate|bottle|parcel|boiler|tv)\b")
"""Things with numbers on their backs."""
BACK = re.compile(r"\b(?:back|atrás|detrás|three|3|drei|tres)\b")
"""Where a security code is, or how many digits it has."""
_SIGN = re.compile(
    r"\b(?:exclamation (?:mark|point)|dollar sign|hash(?:tag)?|asterisk|ampersand|question mark|at sign"
    r"|underscore|full stop)\b"
)
_TELLS = re.compile(r"\bto (?:tell|give|say to) (?:you|them) ((?:\w+ ?){1,3})$")
_NO_WORDS = frozenset(("that", "the", "this", "about", "how", "what", "when", "if", "it", "a", "my", "your"))

_REMEMBERED = 64
"""Texts whose strange words are kept: a turn is counted several times, with different spans."""
REPLACED = "\u25a0"
"""The character that replaces each character of a placeholder before reading."""
Span = tuple[int, int]


def strong_chunks(text: str) -> Iterator[Span]:
    """Yield chunks that are no words: letters with digits or signs between, as passwords and codes are written."""
    if not may_be_strong(text):
        return
    for found in _STRONG_CHUNK.finditer(text):
        start, end = found.span()
        while start < end and text[start] in "([{<:;=,'\u2019\u2018.-¿¡":
            start += 1
        while start < end and text[end - 1] in ")]}>.,;:?'\u2019\u2018":
            end -= 1
        if "=" in text[start:end] and not text[start:end].endswith("="):
            start = text.index("=", start) + 1
        if is_strong(text[start:end]):
            yield start, end


def may_be_strong(text: str) -> bool:
    """Return whether a text has a digit or a sign of which such chunks are made, next to anything else."""
    return _MAY_BE_STRONG.search(text) is not None


def is_strong(chunk: str) -> bool:
    """Return whether a chunk is no word, number, ordinal or measure, but mixes letters with digits or signs."""
    if chunk.isdecimal():
        return False
    has_letter, has_digit = any(map(str.isalpha, chunk)), any(map(str.isdecimal, chunk))
    has_sign = any(sign in chunk[:-1] for sign in "!#$&*+_^~%") or "@" in chunk[:-1]
    if len(chunk) < 4 or "://" in chunk or ("@" in chunk and "." in chunk.partition("@")[2]):  # noqa: PLR2004
        return False
    if has_letter and (has_digit or has_sign):
        return _ORDINAL.fullmatch(chunk.lower()) is None
    return False


def stated(text: str, low: str, end: int) -> Span | None:
    """Return the password that follows on its name in a turn, behind ``end``."""
    rest = text[end:]
    quoted = _QUOTED.match(rest.lstrip(" :=isa")) and _QUOTED.search(rest)
    if quoted:
        return end + quoted.start(1), end + quoted.end(1)
    link = _LINK.match(low, end)
    if link is None or link.end() == end:
        chunk = _CHUNK.search(text, end)
        bare = "" if chunk is None else chunk[0].strip(".,;:?!()")
        is_next = chunk is not None and not text[end : chunk.start()].strip() and _CAMEL.fullmatch(bare)
        return (chunk.start(), chunk.start() + len(bare)) if chunk is not None and is_next else None
    start = link.end()
    if (kin := _KIN.match(low, start)) is not None:
        start = kin.end()
    is_listed = ":" in link[0] and " " in text[start:].strip()
    if _QUESTION.match(low, start) or (low.rstrip().endswith("?") and "to" not in link[0].split()):
        return None
    return with_tail(low, spelled(low, start) or _words(text, low, start, is_answer=is_listed))


def with_tail(low: str, span: Span | None) -> Span | None:
    """Return a span with what is said behind it on how it is written: ``with a capital t``."""
    tail = None if span is None else _TAIL.match(low, span[1])
    return span if span is None or tail is None else (span[0], tail.end())


def _words(text: str, low: str, start: int, *, is_answer: bool) -> Span | None:  # noqa: C901  (what ends a password)
    """Return the words from an offset on that may be a password."""
    stop = _SENTENCE.match(text, start)
    if stop is None:
        return None
    first = last = -1
    count = 0
    for found in _CHUNK.finditer(text, start, stop.end()):
        word = low[found.start() : found.end()].strip(".,;:?!()'\"\u2019\u2018")
        if not word:
            continue
        if REPLACED in word:
            break
        is_odd = is_strong(text[found.start() : found.end()].rstrip(".,;:?"))
        if not is_odd and (word in STOPS or (word in NONE and count == 0 and not is_answer) or count >= _MOST):
            if count == 0:
                return None
            break
        if not is_odd and count == 0 and not is_answer and _PARTICIPLE.fullmatch(word):
            return None
        if first < 0:
            first = found.start()
        last, count = found.end(), count + 1
    if first < 0 or (is_answer and all(word in NONE for word in low[first:last].split())):
        return None
    while last > first and text[last - 1] in ".,;:?)":
        last -= 1
    return (first, last) if last - first >= _FEWEST else None


def spelled(low: str, start: int, *, signed: bool = False) -> Span | None:
    """Return what is spelled from an offset on: ``capital t m p dash eight``; at least three letters, digits or signs.

    With ``signed`` it must have signs that only passwords have.
    """
    first = last = case = -1
    count = 0
    at = start
    while found := _SPELLED.match(low, at):
        if (its := _CASE.search(found[0])) is not None:
            case = found.start() + its.start()
        if found.lastgroup == "sign":
            first = (found.start("sign") if case < 0 else case) if first < 0 else first
            last = found.end("sign")
            count += 1
        at = found.end()
    if signed and (first < 0 or _SIGNED.search(low, first, last) is None):
        return None
    return (first, last) if count >= _SPELLED_LEAST else None


def _last_words(text: str, low: str, start: int, end: int) -> Span | None:
    """Return the words that end a sentence behind ``it's``, if they are few and may be a password."""
    words = [each[0] for each in _WORD.finditer(low, start, end)]
    if not words or words[0] in NONE or words[0] in REFUSALS or words[0] in FILLERS:
        return None
    if (span := spelled(low[:end], start)) is not None:
        return span
    span = _words(text, low, start, is_answer=False)
    return None if span is None or len(text[slice(*span)].split()) > _FEWEST + 1 else span


def date_said(low: str) -> Span | None:
    """Return a date with its month in words, from its first to its last number."""
    found = _DATE.search(low)
    return None if found is None else found.span(1)


def named_behind(low: str, start: int) -> Span | None:
    """Return the words before the name of a password, where they are one: ``it was bluebird the password``."""
    found = _NAMED_BEHIND.search(low, max(0, start - 60), start)
    if found is None:
        return None
    value = found.lastindex or 1
    words = found[value].split()
    is_plain = (
        words[0] in NONE or words[0] in FILLERS or words[0] in STOPS or _PARTICIPLE.fullmatch(words[-1]) is not None
    )
    return (
        None
        if is_plain or not REFUSALS.isdisjoint(words)
        else (found.start(value), found.start(value) + len(found[value].rstrip()))
    )


def refused(low: str, end: int) -> Span | None:
    """Return the words between the name of a password and that it fails: ``my password cupcake doesn't work``."""
    found = _REFUSED.match(low, end)
    if found is None or not {*found[1].split()}.isdisjoint(NONE | STOPS | REFUSALS | FILLERS):
        return None
    return found.span(1)


def put_in(text: str, low: str) -> Iterator[Span]:
    """Yield passwords that follow on a verb in a turn about one: ``i changed it to``, ``the new one is``."""
    for found in _PUT.finditer(low):
        span = _words(text, low, found.end(), is_answer=False)
        words = [] if span is None else [word for word in low[slice(*span)].split() if word not in WORDS]
        if span is not None and len(words) <= _FEWEST + 1:
            is_odd = any(is_strong(each) for each in text[slice(*span)].split())
            if is_odd or (_ENDS.match(low, span[1]) and low[slice(*span)] not in NONE):
                yield span


def answered(text: str, low: str, *, needs_lead: bool = False) -> Iterator[Span]:  # noqa: C901, PLR0912  (a way to answer each)
    """Yield the passwords in an answer to a question for one; with ``needs_lead`` only those behind ``it's``."""
    for hedge in _HEDGE.finditer(low):
        blank = f",{' ' * (len(hedge[0]) - 1)}"
        text, low = (f"{each[: hedge.start()]}{blank}{each[hedge.end() :]}" for each in (text, low))
    for sentence in _SENTENCE.finditer(low):
        start, end = sentence.span()
        words = [(each[0], each.start()) for each in _WORD.finditer(low, start, end)]
        is_refused = any(word in REFUSALS for word, _ in words)
        index = 0
        while index < len(words) and words[index][0] in FILLERS:
            index += 1
        leads = [place for place, (word, _) in enumerate(words[:index]) if word in _LEADS]
        has_lead = bool(leads) and all(word in _SMALL for word, _ in words[leads[-1] + 1 : index])
        left = sum(len(word) > 1 for word, _ in words[index:])
        said = [
            span
            for lead in _LAST.finditer(low, start, end)
            if (span := _last_words(text, low, lead.end(), end)) is not None
        ]
        if not needs_lead or _DENIES.match(low, start):
            yield from said
        if (kin := _KIN.search(low, start, end)) is not None and not is_refused:
            span = _words(text, low, kin.end(), is_answer=True)
            if span is not None and span[0] == kin.end():
                yield span
                continue
        is_longer = left > _FEWEST or _ASKS_BACK.match(low, start) is not None
        is_back_question = is_longer and not leads and low[end : end + 1] == "?"
        if is_back_question or is_refused or not left or needs_lead or (leads and not has_lead):
            continue
        if (span := spelled(low[:end], words[index][1])) is not None or (
            index and (span := spelled(low[:end], words[0][1])) is not None
        ):
            yield span
            continue
        runs = [run for run in runs_in(0, low[:end], letters=True) if run.start >= words[index][1]]
        if runs and runs[0].start == words[index][1] and len(runs[0].chars) > _FEWEST:
            for run in runs:
                if len(run.chars) > 1:
                    yield run.start, run.end
            continue
        if left > _MOST and not has_lead:
            continue
        found = _words(text, low, words[index][1], is_answer=True)
        if found is not None and (has_lead or _BEHIND.match(low, found[1], end)):
            title = _TITLE.search(low, start, found[0])
            yield (title.start() if title else found[0]), found[1]
            for run in runs:
                if run.start >= found[1] and len(run.chars) > _FEWEST:
                    yield run.start, run.end


def phrase(low: str) -> Span | None:
    """Return the sentence that answers a question for a phrase: ``yes the fox is late``."""
    lead = _LEAD.match(low)
    start = lead.end() if lead else 0
    stop = _SENTENCE.match(low, start)
    if stop is None or not _TALK.isdisjoint(words := stop[0].split()) or not 1 < len(words) <= _MOST + 2:
        return None
    return stop.span()


def signs_said(low: str) -> Iterator[Span]:
    """Yield signs that are named: ``exclamation mark``."""
    for found in _SIGN.finditer(low):
        yield found.span()


def passed_on(low: str) -> Span | None:
    """Return the last words of a turn that reports what to say: ``he said to tell you custard cream``."""
    found = _TELLS.search(low) if "tell" in low or "give" in low or "say" in low else None
    return None if found is None or found[1].split()[0] in _NO_WORDS else found.span(1)


def proposed(low: str) -> Span | None:
    """Return the word that is proposed at the end of a turn: ``let's say wheelbarrow``."""
    found = _PROPOSED.search(low)
    return None if found is None or found[1] in _NO_PASSWORDS else found.span(1)


def named_plainly(low: str) -> Span | None:
    """Return the word right behind an old or a new password's name: ``old password mackerel, new one …``."""
    found = _OLD.search(low) or _ENDED.search(low)
    is_plain = found is not None and found[1] not in _NO_PASSWORDS
    return found.span(1) if found is not None and is_plain and not _PARTICIPLE.fullmatch(found[1]) else None


def letters(low: str) -> Iterator[Span]:
    """Yield what is spelled of at least four letters, and what follows on a capital letter."""
    for found in _LETTERS.finditer(low):
        yield found.span()
    for found in _CAPITAL_THEN.finditer(low):
        yield found.start(1), found.end(2)


def joined(low: str, end: int) -> Span | None:
    """Return the word that is joined to a password that ends at ``end``: ``copper and umbrella``."""
    found = _JOINED.match(low, end)
    return None if found is None or found[1] in _NO_PASSWORDS else found.span(1)


def characters(low: str) -> Iterator[Span]:
    """Yield the single letters and digits that answer a question for some characters of a secret."""
    for run in runs_in(0, low, letters=True):
        after = low[run.end :].lstrip()
        if run.chars in ("A", "I") and after[:1].isalpha() and not after.startswith(("and ", "then ", "for ", "as ")):
            continue
        for unit in run.units:
            yield unit.start, unit.end


def spelled_runs(low: str) -> list[Run]:
    """Return what is spelled of letters and digits, as codes are: ``g five five``, ``bravo four nine x ray``."""
    if _SPELLING.isdisjoint(words_in(low)) or not _MIXED.search(low):
        return []
    return [
        run
        for run in runs_in(0, low, letters=True)
        if any(map(str.isdecimal, run.chars))
        and any(map(str.isalpha, run.chars))
        and len(run.chars) >= _SPELLED_LEAST + 1
        and run.end - run.start > len(run.chars)
    ]


def strange_words(low: str, taken: list[Span]) -> int:
    """Count the words of a turn that are neither in these spans nor what is said around an answer."""
    strange = _strange(low)
    for start, end in taken:
        strange = [at for at in strange if not start <= at < end]
    return len(strange)


@lru_cache(_REMEMBERED)
def _strange(low: str) -> list[int]:
    """Return where the words of a text begin that are not said around an answer."""
    return [each.start() for each in _WORD.finditer(low) if each[0] not in _USUAL]
