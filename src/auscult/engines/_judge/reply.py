"""Reading a judge's reply: what it says is checked against the conversation before anybody relies on it.

A turn that is not there, one from which the question takes no evidence, a quote that is not in its turn: each is a
fault of that one answer. What can be used of a reply is used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from auscult.domain.conversation import Turn
from auscult.domain.probe import (
    Answer,
    Extracted,
    Extraction,
    ExtractionAnswer,
    Judgement,
    JudgementAnswer,
    Question,
    SummaryAnswer,
    Transcript,
)
from auscult.domain.values import Kind, Locale, Value, mentions
from auscult.domain.values import read as value_of
from auscult.engines._judge.prompt import name

LONGEST_TOLD = 1_000
"""Of a reason or a summary, in characters, as it is kept."""

NO_JSON = "the reply is not the JSON that was asked for"

_HOLDS: Mapping[str, bool | None] = {"YES": True, "NO": False, "NA": None}
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')
_CONTROL = re.compile(r"[\x00-\x1f]")
_FEW_WORDS = 3
_NUMERIC: Mapping[str, Kind] = {"number": "number", "amount": "amount", "percentage": "percentage"}
_ANYWHERE = Locale.of("en", date.min)
"""Numbers are read alike in every place and at every time."""


class FaultError(Exception):
    """What is wrong with one answer, in our own words: nothing that the model wrote goes back to it."""


class _Pointed(Struct):
    turn: int
    quote: str


class _Judged(Struct):
    evidence: list[_Pointed]
    reason: str
    answer: Literal["YES", "NO", "NA"]


class _Said(Struct):
    turn: int
    quote: str
    value: str


class _Values(Struct):
    values: list[_Said]


class _Sentence(Struct):
    sentence: str
    turns: list[int]


class _Sentences(Struct):
    sentences: list[_Sentence]


class Read(NamedTuple):
    """What a reply holds, by places of questions: answers that can be used, and what is wrong with the others."""

    answers: dict[int, Answer]
    faults: dict[int, str]


def read(reply: str, questions: Sequence[Question], transcript: Transcript, asked: Sequence[int], engine: str) -> Read:
    """Read the answers to ``asked`` (places among ``questions``). ``engine`` is said with each."""
    try:
        given = msgspec.json.decode(_json(reply), type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return Read({}, dict.fromkeys(asked, NO_JSON))
    found = Read({}, {})
    for place in asked:
        raw = given.get(name(place))
        if raw is None:
            found.faults[place] = "there is no answer"
            continue
        try:
            found.answers[place] = _answer(raw, questions[place], transcript.turns, engine)
        except msgspec.DecodeError:
            found.faults[place] = "the answer has not the keys and values that were asked for"
        except FaultError as fault:
            found.faults[place] = str(fault)
    return found


def _json(reply: str) -> str:
    """The outermost object: some models say something around it, and some think aloud before.

    Control characters become spaces: some servers let line ends into texts, where JSON has none.
    """
    return _CONTROL.sub(" ", reply[reply.find("{", max(0, reply.rfind("</think>"))) : reply.rfind("}") + 1])


def _answer(raw: msgspec.Raw, question: Question, turns: Sequence[Turn], engine: str) -> Answer:
    if isinstance(question, Judgement):
        return _judgement(msgspec.json.decode(raw, type=_Judged), question, turns, engine)
    if isinstance(question, Extraction):
        return _extraction(msgspec.json.decode(raw, type=_Values), question, turns, engine)
    return _summary(msgspec.json.decode(raw, type=_Sentences), turns, engine)


def _judgement(judged: _Judged, question: Judgement, turns: Sequence[Turn], engine: str) -> JudgementAnswer:
    pointed = [_turn(one.turn, turns, question.turn_ids) for one in judged.evidence]
    quotes = [_slice(one.quote, turn, one.turn) for one, turn in zip(judged.evidence, pointed, strict=True)]
    if judged.answer == "YES" and not pointed:
        raise FaultError("it says YES and points at no turn")
    for quote in _quotes_in(judged.reason):
        if not _is_said(quote, (question.statement, *(turn.text for turn in turns))):
            raise FaultError("its reason quotes words that are not in the conversation")
    return JudgementAnswer(
        holds=_HOLDS[judged.answer],
        turn_ids=tuple(turn.id for turn in pointed),
        reason=plain(judged.reason),
        engine=engine,
        quotes=tuple(quotes),
    )


def _extraction(found: _Values, question: Extraction, turns: Sequence[Turn], engine: str) -> ExtractionAnswer:
    values: list[Extracted] = []
    for one in found.values:
        turn = _turn(one.turn, turns, question.turn_ids)
        if not (value := plain(one.value)):
            raise FaultError(f"the value said in turn {one.turn} is empty")
        words = _slice(one.quote, turn, one.turn)
        if _contradict(question.kind, words, value):
            raise FaultError(f"the value said in turn {one.turn} is not what the words it quotes come to")
        values.append(Extracted(turn.id, words, value))
    order = {turn.id: place for place, turn in enumerate(turns)}
    return ExtractionAnswer(values=tuple(sorted(values, key=lambda one: order[one.turn_id])), engine=engine)


def _contradict(kind: str, words: str, value: str) -> bool:
    """Whether figures are in the words, and the value's are none of them, wherever a decimal point may belong."""
    numeric = _NUMERIC.get(kind)
    told = None if numeric is None else value_of(numeric, value, _ANYWHERE)
    if numeric is None or told is None or not any(letter.isdigit() for letter in words):
        return False
    said = [value_of(numeric, words, _ANYWHERE), *(one.value for one in mentions("number", words, _ANYWHERE))]
    return _figures(told) not in map(_figures, said)


def _figures(value: Value | None) -> tuple[int, ...]:
    return () if value is None or value.number is None else value.number.normalize().as_tuple().digits


def _summary(told: _Sentences, turns: Sequence[Turn], engine: str) -> SummaryAnswer:
    if not told.sentences:
        raise FaultError("the summary is empty")
    ids: dict[str, None] = {}
    for one in told.sentences:
        if not one.turns or not one.sentence.strip():
            raise FaultError("a sentence of the summary names no turn, or says nothing")
        ids |= dict.fromkeys(_turn(number, turns, None).id for number in one.turns)
    return SummaryAnswer(plain(" ".join(one.sentence for one in told.sentences)), tuple(ids), engine)


def _turn(number: int, turns: Sequence[Turn], allowed: Sequence[str] | None) -> Turn:
    """The turn of that number, from 1, if evidence may come from it."""
    if not 1 <= number <= len(turns):
        raise FaultError(f"it points at turn {number}, and the turns are 1 to {len(turns)}")
    turn = turns[number - 1]
    if allowed is not None and turn.id not in allowed:
        raise FaultError(f"it points at turn {number}, from which no evidence for this question may come")
    return turn


def _slice(quote: str, turn: Turn, number: int) -> str:
    """The words of a turn that a quote repeats, as they stand there; whatever case, punctuation and spaces are."""
    words = _WORD.findall(quote)
    if not words and quote.strip() and quote.strip() in turn.text:
        return quote.strip()
    found = _spoken(words).search(turn.text) if words else None
    if found is None:
        raise FaultError(f"the words it quotes are not in turn {number}; they have to be copied letter by letter")
    return found[0]


def _spoken(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)


def _is_said(quote: str, texts: Sequence[str]) -> bool:
    said = _spoken(_WORD.findall(quote))
    return any(said.search(text) for text in texts)


def _quotes_in(reason: str) -> Iterator[str]:
    """What a reason quotes; a word or two in quotation marks need not be a quote."""
    for found in _QUOTED.finditer(reason):
        quote = found[1] or found[2] or ""
        if len(_WORD.findall(quote)) >= _FEW_WORDS:
            yield quote


def plain(text: str) -> str:
    """A text by a model as it is kept: one line, nothing invisible, no longer than need be."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    told = " ".join(words)
    return told if len(told) <= LONGEST_TOLD else told[: LONGEST_TOLD - 1] + "…"
