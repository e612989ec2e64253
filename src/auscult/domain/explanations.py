"""Explanations: a question about a page, answered from numbered pieces of it, and the rules on which sentences are shown.

Nothing that a model writes is shown because the model wrote it. A sentence is kept where it names pieces that were
given, has their words, and has no number, address or link that they lack; it is shown with these pieces and with who
said them.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from auscult.domain.conversation import Speaker
from auscult.domain.errors import RequestError, coded
from auscult.domain.said.addressed import addresses_model
from auscult.domain.said.search import words_of
from auscult.domain.scoring.explaining import Piece, Said
from auscult.domain.scoring.judging import Usage
from auscult.domain.stated import text as stated_text

ASK = "judge.ask"
"""The permission to ask."""
LONGEST_QUESTION = 400
MOST_SENTENCES = 6
LONGEST_SENTENCE = 400
LONGEST_TURN = 600
"""Characters of a turn that are given to a model."""
AROUND = 40
"""Characters around each piece in what is sent."""

_FIGURE = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\d+(?:[.,:/]\d+)*")
"""Links, addresses and numbers: what is either right to the letter or wrong."""
_SPACED = re.compile(r"\s+")
_BEGINNING = 5
"""Letters in which two words agree that are forms of one word."""
_MOST_STRANGE = 2
"""Words in a row that neither the pieces nor the question have."""
_CLAUSE = re.compile(r"[.!?;:](?=\s|$)|\n")
_PART = re.compile(r"[,.!?;:](?=\s|$)|\n|\s(?:and|but|und|aber|y|pero|et|mais)\s", re.IGNORECASE)
_LISTED = (
    "the and for was were are has have had not but that this these those with from into about they them their there",
    "then than when what which who why how did does its his her him she you your our out per all any one two also",
    "because since after before during over under said says say asked asks told tells wanted wants customer customers",
    "agent agents caller conversation call chat",
    "der die das den dem des ein eine einer einem einen und oder aber nicht mit von vom aus auf bei zur zum sie ihr ihm",
    "ihn wir ist sind war waren hat haben hatte wird wurde wurden dass weil als wie was wer wann warum auch nach vor",
    "sagt sagte fragt fragte kunde kundin kunden mitarbeiter mitarbeiterin gespräch anruf",
    "los las una uno que con por para del como pero más muy fue son han dijo cliente agente llamada",
    "a i to of in on it is he we my no so do at by be if or as an up us me am s t",
    "zu im um er es ja du da wo ab de la el le en un se su al lo si ya et ne au ce sa il je te d l y o e",
    "les des une est sont pas avec pour par dans qui elle dit client conseiller appel",
)
_FREE = frozenset(word for line in _LISTED for word in words_of(line))
"""Words that carry nothing by themselves, and words for the two sides."""
NEGATORS = frozenset(
    words_of(
        "not no never none nobody nothing nowhere neither nor without cannot can't don't doesn't didn't isn't aren't wasn't"
        " weren't won't wouldn't couldn't shouldn't hasn't haven't hadn't ain't"
        " nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden nichts ohne weder keineswegs"
        " nunca jamás nada nadie sin ni ningún ninguna ninguno tampoco ne pas rien jamais aucun aucune sans ni"
        " não nem non nessuno niet geen nooit nigdy değil не нет никогда ничего لا لم لن ليس 不 没 未 否"
    )
)
_DENIALS = frozenset(
    words_of(
        "unable fails failed refuses refused denies denied lacks lacked missing trouble problem impossible unsuccessful"
        " unmöglich verweigert abgelehnt gescheitert fehlt fehlte unfähig imposible falta faltaba impossible manque"
    )
)
"""Words that deny without a negator: "failed to send" says what "did not send" says."""


def later(text: str) -> str:
    """Mark a text that pages translate."""
    return text


def checked(question: str) -> str:
    """Return a question on one line. Raises ``RequestError`` ``question.invalid``."""
    found = _SPACED.sub(" ", question).strip()
    if not found or len(question) > LONGEST_QUESTION:
        message = coded("give a question of 1 to {n} characters", n=LONGEST_QUESTION)
        raise RequestError(message, code="question.invalid", field="question", value=question)
    return found


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question in plain language."""

    question: Annotated[str, stated_text(LONGEST_QUESTION), Meta(description="The question, in plain language.")]


class Sentence(Struct, frozen=True, kw_only=True):
    """A sentence that is kept. ``said_by`` are the sides whose turns it rests on, empty where it rests on figures alone."""

    text: str
    said_by: tuple[Speaker, ...]
    rests_on: tuple[Piece, ...]


class TurnOf(Struct, frozen=True, kw_only=True):
    """A turn of a conversation."""

    conversation_id: str
    turn_id: str


class Sent(Struct, frozen=True, kw_only=True):
    """Material that was sent to the judge: which conversations, by id, and the number of turns and figures.

    ``withheld`` are turns that speak to a model, ``without`` is the number of those for which there was no room.
    """

    conversations: tuple[str, ...] = ()
    turns: int = 0
    figures: int = 0
    withheld: tuple[TurnOf, ...] = ()
    without: int = 0


class Spent(Struct, frozen=True, kw_only=True):
    """Calls, tokens and cost of an answer. ``cost`` is in the currency of the prices, null unless they are set."""

    calls: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    cost: float | None = None

    @classmethod
    def of(cls, usage: Usage) -> "Spent":
        """Return the usage of calls as it is shown."""
        return msgspec.convert(usage.as_dict(), cls)


class Explanation(Struct, frozen=True, kw_only=True):
    """An answer; without ``sentences`` it is not known.

    ``dropped`` is the number of the judge's sentences that nothing carried, ``fault`` why its reply was not readable.
    """

    question: str
    sentences: tuple[Sentence, ...] = ()
    dropped: int = 0
    fault: str | None = None
    sent: Sent
    engine: str | None = None
    spent: Spent = Spent()

    @property
    def is_known(self) -> bool:
        """Return whether there is an answer."""
        return bool(self.sentences)


class Chosen(Struct, frozen=True, kw_only=True):
    """Pieces to be sent, in their order, and what is left out of them."""

    pieces: tuple[Piece, ...]
    sent: Sent


def chosen(pieces: Sequence[Piece], question: str, room: int) -> Chosen:
    """Return the pieces that are sent: all figures, and turns within ``room`` characters, the nearest to the question.

    A turn is nearer the more words it shares with the question; its neighbours count half.
    """
    spoken_to = [each for each in pieces if addresses_model(each.text)]
    open_pieces = [each for each in pieces if not addresses_model(each.text)]
    room -= sum(len(each.text) + AROUND for each in open_pieces if not each.is_turn)
    wanted = set(_words(question))
    turns = [at for at, each in enumerate(open_pieces) if each.is_turn]
    shared = {at: len(wanted & set(_words(open_pieces[at].text))) for at in turns}
    near = {at: 2 * shared[at] + shared.get(at - 1, 0) + shared.get(at + 1, 0) for at in turns}
    kept: set[int] = set()
    for at in sorted(turns, key=lambda at: (-near[at], at)):
        room -= len(open_pieces[at].text) + AROUND
        if room < 0:
            break
        kept.add(at)
    found = tuple(each for at, each in enumerate(open_pieces) if not each.is_turn or at in kept)
    sent = Sent(
        conversations=tuple(dict.fromkeys(each.conversation_id for each in found if each.conversation_id)),
        turns=len(kept),
        figures=len(found) - len(kept),
        withheld=tuple(
            TurnOf(conversation_id=each.conversation_id, turn_id=each.turn_id)
            for each in spoken_to
            if each.conversation_id and each.turn_id
        ),
        without=len(turns) - len(kept),
    )
    return Chosen(pieces=found, sent=sent)


def standing(said: Iterable[Said], pieces: Sequence[Piece], question: str) -> tuple[tuple[Sentence, ...], int]:
    """Return the sentences that rest on the pieces that they name, and how many do not."""
    found: list[Sentence] = []
    dropped = 0
    for each in said:
        text = _SPACED.sub(" ", each.text).strip()
        numbers = dict.fromkeys(number for number in each.numbers if 1 <= number <= len(pieces))
        rests_on = _carrying(text, [pieces[number - 1] for number in numbers])
        if len(found) < MOST_SENTENCES and is_carried(text, rests_on, pieces, question):
            said_by: dict[Speaker, None] = {piece.speaker: None for piece in rests_on if piece.speaker}
            found.append(Sentence(text=text, said_by=tuple(said_by), rests_on=rests_on))
        else:
            dropped += 1
    return tuple(found), dropped


def is_carried(text: str, rests_on: Sequence[Piece], sent: Sequence[Piece], question: str) -> bool:
    """Return whether pieces, of those that were sent, carry a sentence.

    Every number, address and link is in one of them, and so are its words: in each clause more of those that say
    something are theirs than are neither theirs nor the question's, and no more than two of the latter in a row.
    Nor is a sentence put together that was never said: each part of it, between commas and conjunctions, has the words of
    one side, and more of one piece than of others; and it denies what these words deny, and nothing else.
    """
    if not text or not rests_on or len(text) > LONGEST_SENTENCE:
        return False
    given = {figure for each in rests_on for figure in _figures(each.text)}
    if any(figure not in given for figure in _figures(text)):
        return False
    theirs = [word for each in rests_on for word in _words(each.text)]
    asked = _words(question)
    clauses = [words for clause in _CLAUSE.split(text) if (words := _words(clause))]
    has_theirs = any(_is_among(word, theirs) for words in clauses for word in words)
    parts = _parts(text)
    own = [others for words, _ in parts if (others := words.difference(asked))]
    given_parts = [part for each in rests_on for part in _parts(each.text)]
    return (
        has_theirs
        and all(_is_theirs(words, theirs, asked) for words in clauses)
        and all(_is_of_one_side(words, sent) and _is_of_one_piece(words, rests_on) for words in own)
        and all(_is_denied_alike(part, given_parts) for part in parts)
    )


def _parts(text: str) -> list[tuple[set[str], bool]]:
    """Return the words of each part of a text that has some, and whether it is denied."""
    parts = [(set(_words(part)), not NEGATORS.isdisjoint(words_of(part))) for part in _PART.split(text)]
    return [each for each in parts if each[0]]


def _is_denied_alike(part: tuple[set[str], bool], given: Iterable[tuple[set[str], bool]]) -> bool:
    """Return whether a part of the pieces that has the most words of a part of a sentence is denied as that is."""
    words, is_denied = part
    shared = [(sum(_is_among(word, [*its]) for word in words), its, denied) for its, denied in given]
    most = max((count for count, _, _ in shared), default=0)
    nearest = [(its, denied) for count, its, denied in shared if count == most]
    return not most or any(
        denied == is_denied or not _DENIALS.isdisjoint(words if denied else its) for its, denied in nearest
    )


def _is_theirs(words: Sequence[str], theirs: Sequence[str], asked: Sequence[str]) -> bool:
    """Return whether the words of a clause are those of pieces, but for some between them."""
    known = [_is_among(word, theirs) for word in words]
    strange = [not is_known and not _is_among(word, asked) for word, is_known in zip(words, known, strict=True)]
    run = max((len(list(each)) for is_strange, each in groupby(strange) if is_strange), default=0)
    return (sum(strange) < sum(known) or not any(strange)) and run <= _MOST_STRANGE


def _is_of_one_side(words: Iterable[str], sent: Sequence[Piece]) -> bool:
    """Return whether one side said all words that were said and are in no figure."""
    spoken = [(each.speaker, _words(each.text)) for each in sent]
    sides = [{speaker for speaker, said in spoken if _is_among(word, said)} for word in words]
    said = [each for each in sides if each and None not in each]
    return not said or bool(said[0].intersection(*said))


def _is_of_one_piece(words: Iterable[str], pieces: Sequence[Piece]) -> bool:
    """Return whether more of the words are one piece's than are only other pieces'."""
    shared = [{word for word in words if _is_among(word, said)} for each in pieces if (said := _words(each.text))]
    most = max(map(len, shared), default=0)
    known = len(set[str]().union(*shared))
    return known < 2 * most or not known


def excerpt(text: str) -> str:
    """Return the beginning of a turn, as much as a model is given."""
    line = _SPACED.sub(" ", text).strip()
    return line if len(line) <= LONGEST_TURN else f"{line[: LONGEST_TURN - 1]}…"


def _carrying(text: str, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces that words of a sentence are from: those with the most first, and others that add one."""
    words = set(_words(text))
    theirs = [_words(each.text) for each in pieces]
    shared = [{word for word in words if _is_among(word, its)} for its in theirs]
    covered: set[str] = set()
    kept: set[int] = set()
    for at in sorted(range(len(pieces)), key=lambda at: -len(shared[at])):
        if shared[at] - covered:
            covered |= shared[at]
            kept.add(at)
    return tuple(each for at, each in enumerate(pieces) if at in kept)


def _words(text: str) -> list[str]:
    """Return the words of a text that say something; numbers are some."""
    return [word for word in words_of(text) if word not in _FREE]


def _is_among(word: str, words: Sequence[str]) -> bool:
    return word in words or (
        len(word) >= _BEGINNING and not word.isdigit() and any(each.startswith(word[:_BEGINNING]) for each in words)
    )


def _figures(text: str) -> list[str]:
    return [found.rstrip(".,:/)").lower() for found in _FIGURE.findall(text)]
