"""Sentences of customers and agents in the third person: "I lost my card" becomes "they lost their card".

Words are exchanged, and clauses put into a frame; nothing is concluded. A question whose words would have to be
reordered in a way that rules cannot do safely stays a quotation.
"""

import re
from collections.abc import Callable

from auscult.domain.said.speech import Side

_SELF = (
    (r"i'?m|i am|we'?re(?= \w+ing\b)|we are|we're", "they are"),
    (r"i was|we were", "they were"),
    (r"i wasn't", "they weren't"),
    (r"i'?ve|we've", "they have"),
    (r"i'll|we'll", "they will"),
    (r"i'd|we'd", "they would"),
    (r"am i", "they are"),
    (r"i|we", "they"),
    (r"me|us", "them"),
    (r"my|our", "their"),
    (r"mine|ours", "theirs"),
    (r"myself|ourselves", "themselves"),
)
_OTHER = (
    (r"you (?:guys|people|lot)|y'all", "{you}"),
    (r"you'?re|you are", "{you} {are}"),
    (r"you were", "{you} {were}"),
    (r"you'?ve|you have", "{you} {have}"),
    (r"you'll", "{you} will"),
    (r"you'd", "{you} would"),
    (r"you don't", "{you} {do}n't"),
    (r"you haven't", "{you} {have}n't"),
    (r"you aren't", "{you} {are}n't"),
    (r"yourself|yourselves", "themselves"),
    (r"your|yours", "{you}'s"),
    (r"you", "{you}"),
)
_FORMS = {
    "customer": {"you": "the company", "are": "are", "were": "were", "have": "have", "do": "do"},
    "agent": {"you": "the customer", "are": "is", "were": "was", "have": "has", "do": "does"},
}
_THIRD = re.compile(
    r"\b(the customer )(need|want|get|pay|receive|see|use|know|like|live|owe|keep|lose|take|make|call|choose|click|"
    r"open|log|sign|send|bring|come|say|ask|order|book|return|cancel|give|put|leave|start|change|move|turn)\b"
)
_WORD = re.compile(r"\w+")
_FIRST = re.compile(r"(?:^|(?<=\|))\w+")
_SHE = r"(it|they|this|that|there|he|she|anyone|anybody|someone|somebody)"
_ASKS = "asked whether "


def third_person(text: str, speaker: Side) -> str:
    """Return a clause with the speaker as "they", and the listener as "the customer", or "the company" for a customer."""
    forms = _FORMS[speaker]
    words = frozenset(_WORD.findall(text.lower())) if text.isascii() else None
    for first, pattern, instead in _PATTERNS[speaker]:
        if words is None or not words.isdisjoint(first):
            text = pattern.sub(instead, text)
    return _THIRD.sub(_with_s, text) if forms["are"] == "is" else text


def customer_clause(sentence: str) -> str:
    """Return what a customer's sentence does, as a predicate: ``asked the agent to send them a new one``."""
    said = _bare(sentence)
    for pattern, frame in _REQUESTS:
        if (found := pattern.match(said)) is not None:
            return frame(found)
    if sentence.rstrip().endswith("?") or said.lower().startswith(_OPENS_QUESTION):
        return f'asked: "{sentence.rstrip(" .?!")}?"'
    if _VERB.search(said) is None and " i " not in f" {said.lower()} ":
        return f'said: "{sentence.rstrip()}"'
    return f"said that {third_person(said, 'customer')}"


def agent_sentence(sentence: str) -> str:
    """Return what an agent's sentence reports, as a sentence without a stop: ``The agent has refunded the charge``."""
    said = _bare(_EXCUSES.sub("", _bare(sentence)))
    if _VERB.search(said) is None or said.lower().startswith("not "):
        return f'The agent answered: "{sentence}"'
    for pattern, frame in _REPORTS:
        if (found := pattern.match(said)) is not None:
            return frame(found)
    if said.lower().startswith(_QUESTIONS):
        return f'The agent said: "{sentence}"'
    return f"The agent said that {third_person(said, 'agent')}"


def parts_of(sentence: str) -> list[str]:
    """Cut speech without stops where a request begins: "I lost my card" and "can you send me a new one".

    A request for help in general, "can you help me with that", is left out.
    """
    low = sentence.lower()
    may = any(words in low for words in _REQUEST_WORDS) or not sentence.isascii()
    found = _REQUEST_WITHIN.search(sentence) if may else None
    if found is None:
        return [sentence]
    before, after = sentence[: found.start()].rstrip(" ,.;"), sentence[found.start() :].strip(" ,")
    before = _JOINED.sub("", before)
    if _HELP.fullmatch(after) is not None:
        return [f"{before}."]
    return [f"{before}.", after[0].upper() + after[1:]]


def _bare(sentence: str) -> str:
    """Return a sentence without its greeting, its stop and its capital, unless it begins with a name."""
    said = _GREETING.sub("", sentence.strip().rstrip(".!?\u2026 "))
    first, _, rest = said.partition(" ")
    is_name = (
        first.lower() in _NAMED or not first[1:].islower() or (rest[:1].isupper() and not rest.startswith(("I ", "I'")))
    )
    is_plain = first.lower() in _SMALL or not is_name
    return said[:1].lower() + said[1:] if is_plain and not (first.isupper() and len(first) > 1) else said


def _with_s(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}s"


def _retold(found: re.Match[str], group: int, speaker: Side = "customer") -> str:
    return third_person(found[group], speaker)


def _compiled(speaker: Side) -> list[tuple[frozenset[str], re.Pattern[str], str]]:
    """Return the words that a match may begin with, the pattern, and its replacement."""
    forms = _FORMS[speaker]
    return [
        (
            frozenset(_FIRST.findall(pattern + "|" + pattern.replace("'?", ""))),
            re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])", re.IGNORECASE),
            instead.format(**forms),
        )
        for pattern, instead in (*_SELF, *_OTHER)
    ]


_Frame = Callable[[re.Match[str]], str]
_PATTERNS = {"customer": _compiled("customer"), "agent": _compiled("agent")}
_SMALL = frozenset(
    [
        "a",
        "i",
        "i'm",
        "i've",
        "i'll",
        "i'd",
        "my",
        "your",
        "our",
        "his",
        "her",
        "their",
        "its",
        "this",
        "that",
        "these",
        "those",
        "it",
        "there",
        "they",
        "he",
        "we",
    ]
)
_NAMED = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "mr",
        "mrs",
        "ms",
        "dr",
        "miss",
    ]
)
_GREETING = re.compile(
    r"^(?:g'day|good day|hello|hi|hey|hiya|yes|yeah|well|so|okay|ok|right|alrighty|and|but|however)\b[ ,.!-]+",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|can|cannot|could|will|would|may|might|must|should|do|does|did|goes?|"
    r"come|comes|takes?|costs?|gets?|needs?|says?|shows?|means?|went|came|got|sent|made|put)\b|'(?:s|re|ll|ve|d"
    r"|m)\b|n't\b|ed\b",
    re.IGNORECASE,
)
_REQUEST_WITHIN = re.compile(
    r"(?<=\w)[ ,]+(?<!\bif )(?<!\bthat )(?<!\bhow )(?<!\bwhat )(?<!\bwhen )(?<!\bwhere "
    r")(?<!\bwhy )(?<!\bor )(?<!\bmuch )"
    r"(?<!\blong )(?<!\bknow )(?:(?:so|and|but) )?(?=(?:can|could|would|will) (?:you|i) \w+ \w+|i (?:want"
    r"|would like|need) "
    r"to know |(?:what|where|when) (?:is|are) (?:my|your|the) \w+|how much (?:is|are|does) \w+)",
    re.IGNORECASE,
)
_REQUEST_WORDS = [
    *(f"{verb} {who}" for verb in ("can", "could", "would", "will") for who in ("you", "i")),
    *("to know", "how much", "what is", "what are", "where is", "where are", "when is", "when are"),
]
"""Words one of which is in every request that begins within a sentence."""
_HELP = re.compile(
    r"(?:(?:so|and|but) )?(?:can|could|would|will) you (?:please )?(?:help|assist)(?: me| us)?(?: out)?"
    r"(?: (?:with (?:that|this|it)|please|today|here))*[.?! ]*",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[ ,]+(?:and|so|but)$", re.IGNORECASE)
_EXCUSES = re.compile(
    r"^(?:(?:i'?m|i am|we'?re) (?:so |very |really |truly )?(?:sorry|afraid)(?: (?:but|that|to say|about that))?|"
    r"unfortunately|(?:my )?apologies|sorry(?: about that)?|so|and|but|however|well|now|okay|right|there we (?:go|are)|"
    r"that's (?:fine|great)|thank you|thanks|i (?:can )?(?:assure|promise) you(?:, \w+)?(?: that)?)[ ,:;-]+",
    re.IGNORECASE,
)
_CALLING = r"(?:calling|ringing|phoning|writing|messaging|getting in touch|contacting you|here|in touch)"
_OPENS_QUESTION = ("what ", "when ", "where ", "who ", "how ", "why ", "which ", "is ", "are ", "do ", "does ", "did ")
_QUESTIONS = (
    "what ",
    "who ",
    "how ",
    "why ",
    "are you",
    "do you",
    "is that",
    "can you",
    "could you",
    "let me",
    "let's",
    "please ",
)
_WILL = r"(?:'ll|'?m going to|'re going to| will| shall| am going to| are going to)"


def _framed(pattern: str, frame: _Frame) -> tuple[re.Pattern[str], _Frame]:
    return re.compile(pattern + "$", re.IGNORECASE), frame


_REQUESTS = [
    _framed(
        r"(?:it|that)(?:'?d| would| will|'?ll) (?:really |so )?(?:be (?:\w+ ){0,2}\w+|help(?: \w+){0,2}) "
        r"if (?:you|someone|somebody) "
        r"(?:could|can|would) (?:please |maybe |just |kindly )?(.+)",
        lambda found: f"asked the agent to {_retold(found, 1)}",
    ),
    _framed(
        rf"i(?:'?m| am|'?ve been| was)? ?(?:just )?{_CALLING} (?:because|as|since|to say|to report)(?: that)? (.+)",
        lambda found: f"said that {_retold(found, 1)}",
    ),
    _framed(
        rf"(?:i(?:'?m| am| was)? ?)?(?:just )?(?:{_CALLING}|it's|this is) (?:about|regarding|concerning) (.+)",
        lambda found: f"was in touch about {_retold(found, 1)}",
    ),
    _framed(
        r"(?:i was|i am|i'm|just)? ?(?:just )?wondering (?:if|whether) (.+)",
        lambda found: f"{_ASKS}{_retold(found, 1)}",
    ),
    _framed(
        r"(?:i'?m |i am |i was |i )?(?:just )?(?:want|wanted|would like|'?d like|need|needed|calling|ringing|phoning|"
        r"trying|writing|looking|hoping) to (?:know|ask|check|find out|see) (if|whether|"
        r"what|when|where|why|how|which|who|about) (.+)",
        lambda found: f"asked {found[1].lower().replace('if', 'whether')} {_retold(found, 2)}",
    ),
    _framed(
        r"(?:i(?:'?d| would| do| just|'?m| am| was|'?ve been)? ?)?(?:just |really )?(?:want|wanted|like|need"
        r"|needed|love|wish|"
        r"hoping|looking|trying|calling|ringing|phoning|writing|here) to (.+)",
        lambda found: f"wanted to {_retold(found, 1)}",
    ),
    _framed(
        r"i(?:'?d| would| just)? ?(?:really |just )?(?:want|wanted|like|need) (?!you\b)(.+)",
        lambda found: f"wanted {_retold(found, 1)}",
    ),
    _framed(
        r"(?:can|could|would|will) you (?:please |just |maybe |possibly |kindly )*(.+)",
        lambda found: f"asked the agent to {_retold(found, 1)}",
    ),
    _framed(
        r"(?:can|could|may) (?:i|we) (?:please |just |maybe )*(.+)",
        lambda found: f"{_ASKS}they can {_retold(found, 1)}",
    ),
    _framed(
        r"(?:please |just )*((?:send|give|get|change|cancel|book|help|refund|fix|call|show|put|transfer|reset|stop"
        r"|remove|"
        r"add|update) .+?)(?: please)?",
        lambda found: f"asked the agent to {_retold(found, 1)}",
    ),
    _framed(r"do (?:you|you guys) (.+)", lambda found: f"{_ASKS}the company {_retold(found, 1)}"),
    _framed(r"do (?:i|we) (.+)", lambda found: f"{_ASKS}they {_retold(found, 1)}"),
    _framed(
        rf"(is|are|was|were|has|have|will|would|should|can|could) {_SHE} (.+)",
        lambda found: f"{_ASKS}{found[2].lower()} {found[1].lower()} {_retold(found, 3)}",
    ),
    _framed(
        r"(?:so )?how (?:can|could|should|would|will|do) (?:i|we) (.+)",
        lambda found: f"asked how to {_retold(found, 1)}",
    ),
    _framed(
        r"((?:how|what|when|where|why|which)(?: (?:much|long|many|far|soon|often))?) (can|could|should|would|will|do) "
        r"(?:i|we) (.+)",
        lambda found: (
            f"asked {found[1].lower()} they "
            f"{'' if found[2].lower() == 'do' else found[2].lower() + ' '}{_retold(found, 3)}"
        ),
    ),
    _framed(
        r"((?:how|what|when|where|why|which)(?: (?:much|long|many|far|soon|often))?) (is|are|was|were|'s) "
        r"((?:my|your|the|this|that)(?: [\w'-]+){1,3}|it|they|this|that)",
        lambda found: f"asked {found[1].lower()} {_retold(found, 3)} {_is(found[2])}",
    ),
    _framed(
        r"(?:what|where|when|who)'s ((?:my|your|the|this|that)(?: [\w'-]+){1,3}|it|this|that)",
        lambda found: f"asked {found[0].split(chr(39), 1)[0].lower()} {_retold(found, 1)} is",
    ),
]


def _is(verb: str) -> str:
    return "is" if verb == "'s" else verb.lower()


_REPORTS = [
    _framed(
        r"(?:i|we)(?:'ve| have|ve) (?:just |now |already |also |gone ahead and )*((?:\w+(?:ed|en|wn|ne)|sent|put"
        r"|made|got|"
        r"found|set|paid|told|kept|left|had|reset|let|sold|brought|bought|built|cut|held) .+)",
        lambda found: f"The agent has {_retold(found, 1, 'agent')}",
    ),
    _framed(
        rf"(?:i|we){_WILL} (?:just |now |also |then )*(make sure )(?:that )?((?:you|your|it|they|this|that|the|we"
        rf"|i)\b.+)",
        lambda found: f"The agent promised to {found[1]}that {_retold(found, 2, 'agent')}",
    ),
    _framed(
        rf"(?:i|we){_WILL} (?:just |now |also |then )*(?:(?:make|be) sure to )?(.+)",
        lambda found: f"The agent promised to {_retold(found, 1, 'agent')}",
    ),
    _framed(
        r"(?:i'?m|i am|we'?re|we are) (?:just |now )?(?!not\b|sorry\b)(\w+ing\b.*)",
        lambda found: f"The agent is {_retold(found, 1, 'agent')}",
    ),
    _framed(
        r"(?:i|we) (?:can't|cannot|can not|couldn't|could not) (.+)",
        lambda found: f"The agent could not {_retold(found, 1, 'agent')}",
    ),
    _framed(
        r"(?:i|we) (?:don't|do not) (.+)",
        lambda found: f"The agent said that they don't {_retold(found, 1, 'agent')}",
    ),
    _framed(
        r"(your (?:[\w'-]+ ){1,4}(?:is|are|has|have|was|were|will) .+)",
        lambda found: _capital(_retold(found, 1, "agent")),
    ),
    _framed(
        r"((?:the|a|an) (?:[\w'-]+ ){1,5}(?:has been|have been|was|were|will be|is being) .+)",
        lambda found: _capital(_retold(found, 1, "agent")),
    ),
    _framed(
        r"(you (?:can|could|need|have|may|must|should) .+)",
        lambda found: f"The agent explained that {_retold(found, 1, 'agent')}",
    ),
]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
