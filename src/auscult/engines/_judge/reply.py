"""Reading a judge's reply: what it says is checked against the conversation before anybody relies on it.

A turn that is not there, one from which the question takes no evidence, a quote that is not in its turn: each is a
fault of that one answer. What can be used of a reply is used.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.conversation import Turn
from auscult.domain.errors import coded, said
from auscult.domain.probe import (
    Answer,
    Called,
    Extracted,
    Extraction,
    ExtractionAnswer,
    Grading,
    GradingAnswer,
    Judgement,
    JudgementAnswer,
    Question,
    Quoted,
    SummaryAnswer,
    Transcript,
)
from auscult.domain.said.values import Kind, Locale, Value, mentions
from auscult.domain.said.values import read as value_of
from auscult.engines._judge.prompt import name

LONGEST_LINE = 1_000
"""Of a reason or a summary, in characters, as it is kept."""

NO_JSON = coded("the reply is not the JSON that was asked for")

_HOLDS: Mapping[str, bool | None] = {"YES": True, "NO": False, "NA": None}
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_CONTROL = re.compile(r"[\x00-\x1f]")
_CONCLUSION = re.compile(r'"(?:answer|level)"\s*:')
_FEW_WORDS = 3
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
"""Letters of scripts that put no space between words: each counts as one."""
_NUMERIC: Mapping[str, Kind] = {"number": "number", "amount": "amount", "percentage": "percentage"}
_ANYWHERE = Locale.of("en", date.min)
"""Numbers are read alike in every locale and at every time."""


class FaultError(Exception):
    """Fault of one answer, in our own words: nothing that the model wrote goes back to it."""


class _Pointed(Struct):
    quote: str
    turn: int | None = None
    call: int | None = None
    source: int | None = None


class _Judged(Struct):
    evidence: list[_Pointed]
    reason: str
    answer: Literal["YES", "NO", "NA"]


_FIGURE = re.compile(r"\d[\d.,]*")
_CENTS = re.compile(r"[.,]0{1,2}[.,]?$")


class _Graded(Struct):
    evidence: list[_Pointed]
    reason: str
    level: str | int | float


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
    """Parsed reply, by index of the question: usable answers, and the faults of the others."""

    answers: dict[int, Answer]
    faults: dict[int, str]


Tokens = Sequence[tuple[str, float]]
"""Pieces of a reply as the model wrote them, each with the logarithm of its probability."""


def read(  # noqa: PLR0913  (a reply, and all that it was asked)
    reply: str,
    questions: Sequence[Question],
    transcript: Transcript,
    asked: Sequence[int],
    engine: str,
    *,
    tokens: Tokens = (),
) -> Read:
    """Read the answers to ``asked`` (indexes among ``questions``). ``engine`` is said with each."""
    try:
        given = msgspec.json.decode(outermost_object(reply), type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return Read({}, dict.fromkeys(asked, NO_JSON))
    found = Read({}, {})
    for index in asked:
        raw = given.get(name(index))
        if raw is None:
            found.faults[index] = coded("there is no answer")
            continue
        try:
            answer = _answer(raw, questions[index], transcript, engine)
            if isinstance(answer, JudgementAnswer | GradingAnswer):
                answer = replace(answer, confidence=_probability(bytes(raw).decode(), tokens))
            found.answers[index] = answer
        except msgspec.DecodeError:
            found.faults[index] = coded("the answer has not the keys and values that were asked for")
        except FaultError as fault:
            found.faults[index] = said(fault)
    return found


def outermost_object(reply: str) -> str:
    """The outermost object: some models say something around it, and some think aloud before.

    Control characters become spaces: some servers let line ends into texts, where JSON has none.
    """
    return _CONTROL.sub(" ", reply[reply.find("{", max(0, reply.rfind("</think>"))) : reply.rfind("}") + 1])


def _probability(answer: str, tokens: Tokens) -> float | None:
    """Return the probability of what an answer concludes, at its end; None where the server gave none."""
    text = _CONTROL.sub(" ", "".join(token for token, _ in tokens))
    start = text.find(answer)
    concluded = [found.end() for found in _CONCLUSION.finditer(answer)]
    if start < 0 or not concluded:
        return None
    first, last, at, total = start + concluded[-1], start + len(answer), 0, 0.0
    for token, likely in tokens:
        total += likely if at < last and at + len(token) > first else 0.0
        at += len(token)
    return round(math.exp(min(total, 0.0)), 4)


def _answer(raw: msgspec.Raw, question: Question, transcript: Transcript, engine: str) -> Answer:
    if isinstance(question, Judgement):
        return _judgement(msgspec.json.decode(raw, type=_Judged), question, transcript, engine)
    if isinstance(question, Grading):
        return _grading(msgspec.json.decode(raw, type=_Graded), question, transcript, engine)
    if isinstance(question, Extraction):
        return _extraction(msgspec.json.decode(raw, type=_Values), question, transcript.turns, engine)
    return _summary(msgspec.json.decode(raw, type=_Sentences), transcript.turns, engine)


def _judgement(judged: _Judged, question: Judgement, transcript: Transcript, engine: str) -> JudgementAnswer:
    turn_ids, quotes, quoted = _pointed(judged.evidence, question, transcript)
    if not turn_ids and (judged.answer == "YES" or (judged.answer == "NO" and _rests_on_more(transcript))):
        raise FaultError(coded("it says {answer} and points at no turn", answer=judged.answer))
    _check_reason(judged.reason, (question.statement,), transcript)
    return JudgementAnswer(_HOLDS[judged.answer], turn_ids, plain(judged.reason), engine, quotes, quoted)


def _grading(judged: _Graded, question: Grading, transcript: Transcript, engine: str) -> GradingAnswer:
    level = str(judged.level).strip()
    turn_ids, quotes, quoted = _pointed(judged.evidence, question, transcript)
    names = [one.level for one in question.levels]
    if level == "NA":
        return GradingAnswer(None, turn_ids, plain(judged.reason), engine, quotes, quoted)
    if names and level not in names:
        raise FaultError(coded("its level is none of {words}", words=", ".join(names)))
    if not names and not _NUMBER.fullmatch(level):
        raise FaultError(coded("its level is not a plain number"))
    if not turn_ids and (level != question.baseline or _rests_on_more(transcript)):
        raise FaultError(coded("it names a level and points at no turn"))
    meanings = (question.question, *(one.means for one in question.levels), *names)
    _check_reason(judged.reason, meanings, transcript)
    return GradingAnswer(level, turn_ids, plain(judged.reason), engine, quotes, quoted)


def _pointed(
    evidence: Sequence[_Pointed], question: Judgement | Grading, transcript: Transcript
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Quoted, ...]]:
    """Return the ids of the turns that are pointed at, the words of each, and what is quoted in addition to turns."""
    ids: list[str] = []
    quotes: list[str] = []
    quoted: list[Quoted] = []
    for one in evidence:
        if one.turn is not None:
            turn = _turn(one.turn, transcript.turns, question.turn_ids)
            ids.append(turn.id)
            quotes.append(_quote(one.quote, turn, one.turn))
        else:
            quoted.append(_of_record(one, transcript))
    return tuple(ids), tuple(quotes), tuple(quoted)


def _of_record(one: _Pointed, transcript: Transcript) -> Quoted:
    """Return what is quoted of a call or a source, as it is written there."""
    if one.call is not None and 1 <= one.call <= len(transcript.calls):
        call = transcript.calls[one.call - 1]
        named, id_, text = call.name, call.id, _text_of(call)
    elif one.source is not None and 1 <= one.source <= len(transcript.sources):
        id_, (named, text) = None, transcript.sources[one.source - 1]
    else:
        raise FaultError(coded("a quote of it names neither a turn, nor a call or a source that is there"))
    words = _WORD.findall(one.quote)
    found = _spoken(words).search(text) if len(words) > 1 else None
    if found is None:
        raise FaultError(
            coded("it quotes a call or a source with words that are not there; copy two or more letter by letter")
        )
    return Quoted(id_, named, found[0])


def _rests_on_more(transcript: Transcript) -> bool:
    """Return whether texts of strangers are read in addition to turns, so that no answer but NA goes without a turn."""
    return bool(transcript.calls or transcript.sources)


def _text_of(call: Called) -> str:
    return f"{call.name} {call.arguments} {call.result} ok: {msgspec.json.encode(call.ok).decode()}"


def _check_reason(reason: str, asked: Sequence[str], transcript: Transcript) -> None:
    """Refuse a reason that quotes what neither the question nor the conversation says."""
    texts = (*asked, *(turn.text for turn in transcript.turns), *map(_text_of, transcript.calls))
    for quote in _quotes_in(reason):
        if not _is_said(quote, (*texts, *(source.text for source in transcript.sources))):
            raise FaultError(coded("its reason quotes words that are not in the conversation"))


def _extraction(found: _Values, question: Extraction, turns: Sequence[Turn], engine: str) -> ExtractionAnswer:
    values: list[Extracted] = []
    for one in found.values:
        turn = _turn(one.turn, turns, question.turn_ids)
        if not (value := plain(one.value)):
            raise FaultError(coded("the value said in turn {n} is empty", n=one.turn))
        words = _slice(one.quote, turn, one.turn)
        if _contradict(question.kind, words, value):
            raise FaultError(coded("the value said in turn {n} is not what the words it quotes come to", n=one.turn))
        values.append(Extracted(turn.id, words, value))
    order = {turn.id: index for index, turn in enumerate(turns)}
    return ExtractionAnswer(values=tuple(sorted(values, key=lambda one: order[one.turn_id])), engine=engine)


def _contradict(kind: str, words: str, value: str) -> bool:
    """Return whether the words have figures, and none of them is the value's, wherever a decimal point may belong."""
    numeric = _NUMERIC.get(kind)
    value_said = None if numeric is None else value_of(numeric, value, _ANYWHERE)
    if numeric is None or value_said is None or not any(letter.isdigit() for letter in words):
        return False
    said = [value_of(numeric, words, _ANYWHERE), *(one.value for one in mentions("number", words, _ANYWHERE))]
    return _figures(value_said) not in map(_figures, said)


def _figures(value: Value | None) -> tuple[int, ...]:
    return () if value is None or value.number is None else value.number.normalize().as_tuple().digits


def _summary(reply: _Sentences, turns: Sequence[Turn], engine: str) -> SummaryAnswer:
    if not reply.sentences:
        raise FaultError(coded("the summary is empty"))
    ids: dict[str, None] = {}
    for one in reply.sentences:
        if not one.turns or not one.sentence.strip():
            raise FaultError(coded("a sentence of the summary names no turn, or says nothing"))
        ids |= dict.fromkeys(_turn(number, turns, None).id for number in one.turns)
    _check_figures(" ".join(one.sentence for one in reply.sentences), turns)
    return SummaryAnswer(plain(" ".join(one.sentence for one in reply.sentences)), tuple(ids), engine)


def _check_figures(summary: str, turns: Sequence[Turn]) -> None:
    """Refuse a summary with a figure that is in no turn, in figures or in words; a single digit may be a count."""
    said: set[str] = set()
    for turn in turns:
        said |= {_digits(found) for found in _FIGURE.findall(turn.text)}
        spoken = (one.value.number for one in mentions("number", turn.text, _ANYWHERE) if one.value)
        said |= {_digits(f"{number:f}") for number in spoken if number is not None}
    for found in _FIGURE.findall(summary):
        digits = _digits(found)
        if len(digits) > 1 and digits not in said:
            raise FaultError(coded("the summary has the figure {name}, which nobody says", name=found))


def _digits(figure: str) -> str:
    """Return the digits of a figure, however it is grouped: 2,340.00 is 2340."""
    return "".join(filter(str.isdigit, _CENTS.sub("", figure)))


def _turn(number: int, turns: Sequence[Turn], allowed: Sequence[str] | None) -> Turn:
    """The turn of that number, from 1, if evidence may come from it."""
    if not 1 <= number <= len(turns):
        raise FaultError(coded("it points at turn {n}, and the turns are 1 to {m}", n=number, m=len(turns)))
    turn = turns[number - 1]
    if allowed is not None and turn.id not in allowed:
        raise FaultError(coded("it points at turn {n}, from which no evidence for this question may come", n=number))
    return turn


def _quote(quote: str, turn: Turn, number: int) -> str:
    """Return the words of a turn that a quote repeats: three at least, or all of them, as fewer show nothing."""
    words = _slice(quote, turn, number)
    count = len(_WORD.findall(words)) + len(_UNSPACED.findall(words))
    if count < _FEW_WORDS and _WORD.findall(words) != _WORD.findall(turn.text):
        raise FaultError(
            coded("it quotes too little of turn {n}; three or more words have to be copied, or all of it", n=number)
        )
    return words


def _slice(quote: str, turn: Turn, number: int) -> str:
    """Return the words of a turn that a quote repeats, as written, in whatever case, punctuation and spaces."""
    words = _WORD.findall(quote)
    if not words and quote.strip() and quote.strip() in turn.text:
        return quote.strip()
    found = _spoken(words).search(turn.text) if words else None
    if found is None:
        raise FaultError(
            coded("the words it quotes are not in turn {n}; they have to be copied letter by letter", n=number)
        )
    return found[0]


def _spoken(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)


def _is_said(quote: str, texts: Sequence[str]) -> bool:
    said = _spoken(_WORD.findall(quote))
    return any(said.search(text) for text in texts)


def _quotes_in(reason: str) -> Iterator[str]:
    """Yield the quotes in a reason; a word or two in quotation marks need not be a quote."""
    for found in _QUOTED.finditer(reason):
        quote = found[1] or found[2] or ""
        if len(_WORD.findall(quote)) >= _FEW_WORDS:
            yield quote


def plain(text: str) -> str:
    """A text by a model as it is kept: one line, nothing invisible, no longer than need be."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    line = " ".join(words)
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
