"""Summary of a conversation as an agent would note it: the reason, what was done, what was promised, what is open.

Where a judge was asked, the summary is its sentences, with the turns that it names. Else the sentences are the
customer's and the agent's own, made readable and put into the third person; the last states the findings of the
analyzers before this one. Every sentence has a turn behind it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, NamedTuple

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import turns_of, unread_customer
from auscult.analyzers._outcomes import AGENT_SAYS, CUSTOMER_SAYS
from auscult.analyzers._phrases import Phrases
from auscult.analyzers.outcome._readable import readable, written_sentences
from auscult.analyzers.outcome._third_person import agent_sentence, customer_clause, parts_of
from auscult.analyzers.outcome._trouble import TROUBLES, Trouble, trouble_probes, troubles
from auscult.analyzers.sentiment._tone import customer_probes
from auscult.analyzers.topics._asking import ASKING
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, cite
from auscult.domain.insight import Insights
from auscult.domain.insight import Summary as Found
from auscult.domain.probe import Answers, Probe, Summarization, SummaryAnswer, Transcript
from auscult.domain.said.speech import Side
from auscult.domain.said.values import Locale, mentions
from auscult.wording import pack

OPENING_TURNS = 6
"""What it is about is said in so many of the first turns."""
TELLING, IDENTIFYING, TOO_SHORT, EACH_LATER, FULL_WORDS = 3.0, 4.0, 2.0, 0.5, 12
"""What a request or trouble is worth, what a name or number takes off, what brevity, and what each turn later; of how
many words on a sentence says enough."""
WORTH_SAYING = 2.0
MOST_PROMISES = 2
ENDINGS = {"YES": "The request was met", "NO": "Open: the request was not met", "NA": "Nothing was asked for"}
FEELINGS = {"positive": "sounded pleased", "negative": "sounded unhappy"}
PAST = {"asks": "asked", "threatens": "threatened", "says": "said", "wants": "wanted"}
REASON, DONE, PROMISED = "why they are in touch", "what was done about it", "what was promised"
"""Reasons of the evidence: which part of the summary a turn is behind."""
KINDS = ("met", "refused", "informs", "offers")
"""What an agent's sentence may come to, the most telling first (kinds of ``AGENT_SAYS``)."""
POLITE = frozenset({"offered more", "inquires", "closed", "unfinished"})
FORMULAS = frozenset({"thanks", "agreed", "bye", "small talk"})
"""Kinds that say nothing of the matter, where they are all that is said: of ``AGENT_SAYS`` and ``CUSTOMER_SAYS``."""
FEWEST_WORDS = 3
_DETAILS = Phrases(pack("en/details").lines)
_PURPOSES = Phrases(pack("en/purposes").lines)
_COURTESIES = Phrases(pack("en/courtesies").lines)
_ASKS_PRICE = re.compile(
    r"\b(?:how much|what(?:'s| is| does| do| would)?(?: \w+){0,8} (?:cost|price|charge|fee|fare)s?"
    r"|(?:cost|price|charge|fee|fare)s? (?:of|for))\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:would|will|'d|'ll) (?:\w+ ){0,4}if (?:you|someone|somebody|we) (?:\w+ )?(?:could|can|would|might)"
    r"|\bif (?:you|someone|somebody) could (?:please |maybe |just |kindly )?\w+",
    re.IGNORECASE,
)
"""A request that sounds like agreement or thanks: "it would be great if you could …"."""
_PROMISE = re.compile(
    r"\b(?:(?:i|we)(?:'ll|\u2019ll| will| am going to|'m going to| are going to|'re going to)|will (?:be|arrive"
    r"|call|ring|get|"
    r"receive|come|hear|have)|'ll (?:be|get|have|receive|hear)|within \w+ (?:\w+ )?(?:minutes?|hours?|days?|weeks?))\b",
    re.IGNORECASE,
)
_PAUSE = re.compile(
    r"\b(?:(?:i|we)(?:'ll| will|'m going to| am going to) (?:\w+ ){0,2}(?:check|look|see|find out|pull|bring"
    r"|have a look|"
    r"put you (?:on hold|through)|need|try|be (?:\w+ )?(?:back|right|happy|able|with you|quick|brief)|help"
    r"|do my best|go ahead|take|ask you|"
    r"confirm|verify|open|load|read|search)|if (?:you|it|they|that)|won't|\w+n't)\b",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """Sentence of a turn as written, with the turn's index, its meaning, and its value for a summary."""

    turn: Turn
    text: str
    number: int = 0
    asks: bool = False
    reports: bool = False
    worth: float = 0.0


class Note(NamedTuple):
    """Sentence of the summary without its stop, the turn behind it, and the part that it belongs to."""

    text: str
    turn: Turn
    why: str


class Summary:
    """The summary."""

    field: ClassVar[str] = "summary"
    languages: frozenset[str] = frozenset({"en"})

    def probes(self, conversation: Conversation) -> tuple[Probe, ...]:
        """Return the questions about tone and trouble of the customer's turns, and to a configured judge."""
        asked = Summarization(Transcript.of(conversation))
        return (*customer_probes(conversation), *trouble_probes(conversation), asked)

    def analyze(self, conversation: Conversation, answers: Answers, known: Insights) -> Found | Unknown:
        """Return the text with its turns, or unknown where no subject is mentioned."""
        if (obstacle := unread_customer(conversation, known, self.languages)) is not None:
            return obstacle
        judged = answers.get(Summarization(Transcript.of(conversation)))
        if isinstance(judged, SummaryAnswer):
            turns = {turn.id: turn for turn in conversation.turns}
            return Found(text=judged.text, evidence=tuple(cite(turns[one], "summed up") for one in judged.turn_ids))
        reasons = _reasons(conversation, troubles(conversation, answers))
        if not reasons:
            return Unknown(coded("nobody says what it is about"))
        used = {reason.text for reason in reasons}
        promised = [one for one in _promised(conversation) if one.text not in used]
        used |= {one.text for one in promised}
        done = [one for one in _done(conversation, known, used) if one.text not in used]
        done += _price(conversation, reasons, {*used, *(one.text for one in done)})
        notes = [
            *(Note(text, one.turn, REASON) for one in reasons for text in _noted(one)),
            *(Note(text, one.turn, DONE) for one in done for text in _noted(one)),
            *(Note(text, one.turn, PROMISED) for one in promised for text in _noted(one)),
        ]
        evidence = dict.fromkeys((note.turn.id, note.why) for note in notes)
        by_id = {note.turn.id: note.turn for note in notes}
        cited = [cite(by_id[turn_id], why) for turn_id, why in evidence]
        sentences = dict.fromkeys(
            note.text if note.text.endswith(('?"', '."', '!"')) else f"{note.text}." for note in notes
        )
        text = " ".join([*sentences, *_ending(known)])
        return Found(text=text, evidence=(*cited, *_shown(known)))


def _noted(said: Said) -> list[str]:
    """Return a sentence in the third person, without stops; speech without stops may hold two."""
    shown = readable(said.text)
    if said.turn.speaker != "customer":
        return [agent_sentence(shown)]
    parts = [part for part in parts_of(shown) if not part.lower().startswith("my name is")] or [shown]
    return [f"The customer {customer_clause(part)}" for part in parts]


def _reasons(conversation: Conversation, reported: Mapping[str, Trouble]) -> list[Said]:
    """Return the sentence that best states the subject; where it only asks or only reports, also one of the other kind."""
    found: list[Said] = []
    if conversation.direction == "outbound":
        found = [one for one in _opening(conversation, "agent", {}) if one.asks]
    found = found or list(_opening(conversation, "customer", reported))
    best = next((one for one in sorted(found, key=lambda one: -one.worth) if readable(one.text)), None)
    if best is None or best.worth <= 0:
        return []
    beside = [
        one
        for one in found
        if one is not best
        and one.worth >= WORTH_SAYING
        and abs(one.number - best.number) <= 1
        and (one.asks, one.reports) != (best.asks, best.reports)
        and not (best.asks and best.reports)
        and readable(one.text)
    ]
    kept = [best, *([max(beside, key=lambda one: one.worth)] if beside else [])]
    return [one for one in found if any(one is each for each in kept)]


def _opening(conversation: Conversation, speaker: Side, reported: Mapping[str, Trouble]) -> Iterator[Said]:
    """The sentences of a side's first turns."""
    asking = ASKING if speaker == "customer" else _PURPOSES
    for index, turn in enumerate(turns_of(conversation, speaker)[:OPENING_TURNS]):
        pieces = written_sentences(turn.text)
        reporting = [text for text in pieces if TROUBLES.first(text)] if turn.id in reported else []
        if turn.id in reported and not reporting:
            reporting = sorted(pieces, key=len)[-1:]
        for text in pieces:
            words = len(text.split())
            is_wish = ("if " in text.lower() or not text.isascii()) and _WISH.search(text) is not None
            asks = is_wish or bool(asking.find(text)) or (speaker == "customer" and text.endswith("?"))
            reports = text in reporting
            worth = TELLING * (asks or reports) + min(1.0, words / FULL_WORDS) - EACH_LATER * index
            if not asks and not reports:
                worth -= IDENTIFYING * bool(_DETAILS.find(text))
            if words <= FULL_WORDS:
                worth -= IDENTIFYING * bool(not is_wish and FORMULAS & CUSTOMER_SAYS.find(text)) + TOO_SHORT * (
                    words <= FEWEST_WORDS
                )
            yield Said(turn, text, index, asks, reports, worth)


def _done(conversation: Conversation, known: Insights, used: AbstractSet[str]) -> Iterator[Said]:
    """Yield what the agent reports as done, explained or refused, if anything: in the deciding turn, or the last.

    Sentences that are ``used`` already are passed over.
    """
    spoken = [turn for turn in conversation.turns if turn.speaker in ("customer", "agent") and turn.text.strip()]
    first = next(index for index, turn in enumerate(spoken) if turn.speaker == "customer")
    said = [(turn, AGENT_SAYS.find(turn.text)) for turn in spoken[first:] if turn.speaker == "agent"]
    agent = [(turn, kinds) for turn, kinds in said if not kinds.isdisjoint(KINDS)]
    deciding = {piece.turn_id for piece in (known.resolution.evidence if known.resolution else ())}
    for turns in ([one for one in agent if one[0].id in deciding], agent[::-1]):
        for kind in KINDS:
            for turn in [turn for turn, kinds in turns if kind in kinds]:
                for text in written_sentences(turn.text):
                    if text not in used and kind in AGENT_SAYS.find(text) and _says(readable(text), kind):
                        yield Said(turn, text)
                        return


def _price(conversation: Conversation, reasons: Sequence[Said], used: AbstractSet[str]) -> Iterator[Said]:
    """Yield the agent's sentence with the price that was asked for, if anything: the last after the question.

    Sentences that are ``used`` already are passed over, and where one of them has an amount, nothing is missing.
    """
    asked = next((one.turn for one in reasons if one.turn.speaker == "customer" and _ASKS_PRICE.search(one.text)), None)
    if asked is None:
        return
    behind = conversation.turns[conversation.turns.index(asked) + 1 :]
    answered = [(turn, text) for turn in behind if turn.speaker == "agent" for text in written_sentences(turn.text)]
    locale = Locale.of(conversation.language, conversation.started_at.date())
    priced = [(turn, text) for turn, text in answered if not text.endswith("?") and mentions("amount", text, locale)]
    if priced and not any(text in used for _, text in priced):
        yield Said(*priced[-1])


def _promised(conversation: Conversation) -> list[Said]:
    """Return what the agent says they will do after the customer first spoke: the last such sentences."""
    spoken = [turn for turn in conversation.turns if turn.speaker in ("customer", "agent") and turn.text.strip()]
    first = next(index for index, turn in enumerate(spoken) if turn.speaker == "customer")
    found = [
        Said(turn, text)
        for turn in spoken[first:]
        if turn.speaker == "agent"
        for text in written_sentences(turn.text)
        if promises(text) and not _PAUSE.search(text) and _is_plain(readable(text))
    ]
    return found[-MOST_PROMISES:]


def promises(text: str) -> bool:
    """Return whether a sentence promises something.

    Letters that every promise has are looked for first, which spares most sentences the search.
    """
    said = text.lower()
    may = "'ll" in said or "will" in said or "going to" in said or "within" in said or not text.isascii()
    return may and _PROMISE.search(text) is not None


def _is_plain(text: str) -> bool:
    """Return whether a readable sentence is a statement that is long enough to say something."""
    return not text.endswith("?") and len(text.split()) > FEWEST_WORDS and not _COURTESIES.find(text)


def _says(text: str, kind: str) -> bool:
    """Return whether a readable sentence of an agent has this meaning, and is neither a question nor a courtesy."""
    says = AGENT_SAYS.find(text)
    is_polite = bool(POLITE & says) or text.endswith("?") or bool(_COURTESIES.find(text))
    return kind in says and not is_polite and len(text.split()) >= FEWEST_WORDS


def _ending(known: Insights) -> list[str]:
    """Return how it ended, from earlier findings; nothing where that is unknown."""
    if known.resolution is None:
        return []
    feeling = FEELINGS.get(known.sentiment.label) if known.sentiment else None
    flags = [flag for flag in (known.escalation, known.churn_risk) if flag is not None and flag.observed]
    signs = [feeling] if feeling else []
    signs += [_past(flag.evidence[0].why.partition(":")[0]) for flag in flags if flag.evidence]
    showing = f"; the customer {_listed(signs)}" if signs else ""
    return [f"{ENDINGS[known.resolution.resolution]}{showing}."]


def _past(sign: str) -> str:
    """Return the meaning of a sign in the past: ``asks for somebody else`` becomes ``asked for somebody else``."""
    verb, _, rest = sign.partition(" ")
    return f"{PAST.get(verb, verb)} {rest}".rstrip()


def _shown(known: Insights) -> list[Evidence]:
    """The turns that show how it ended."""
    findings = [known.resolution, known.escalation, known.churn_risk]
    return [one.evidence[0] for one in findings if one is not None and one.evidence and one.evidence[0].turn_id]


def _listed(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
