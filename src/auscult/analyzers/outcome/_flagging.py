"""Raising a flag on a conversation: signs that are looked for in the customer's words, and what excuses them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from auscult.analyzers._contract import Unknown, unheard
from auscult.analyzers._evidence import language_of, turns_of, unsupported
from auscult.analyzers._one_pass import CUSTOMER_TURNS
from auscult.analyzers._packs import BY_PACKS, matcher, searched_together
from auscult.analyzers._phrases import Claims, Phrases
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, cite
from auscult.domain.insight import Flag, Insights
from auscult.wording import pack

MAX_EVIDENCE = 5


class Sign(NamedTuple):
    """Match in a turn: its meaning, and its words."""

    turn: Turn
    meaning: str
    words: str


class Signs:
    """The signs of a pack, by meaning; the pack's ``unless`` excuses what it overlaps."""

    def __init__(
        self, name: str, *, bare: str = "", about: str = "", not_about: str = "", first: tuple[str, str] | None = None
    ) -> None:
        """Read the packs. Lines of ``bare`` mean the first meaning, in a conversation ``about`` one thing and not another.

        ``first`` is a pack that goes before, exactly as forms read it, and what it means.
        """
        signs = pack(name)
        self._meanings = [reading.means for reading in signs.readings for _ in reading.says_so]
        self._first = searched_together(pack(first[0])) if first else None
        # With a pack that goes before, every turn is searched; else the conversation at once, and seldom a turn.
        self._claims = Claims(signs.lines, signs.unless, CUSTOMER_TURNS if first else None)
        self._first_meaning = first[1] if first else ""
        self._bare = Claims(_lines(bare), signs.unless)
        self._about = Phrases(_lines(about))
        self._not_about = Phrases(_lines(not_about))

    def find_signs(self, conversation: Conversation) -> list[Sign]:
        """Return the signs of a conversation: every turn of the customer that shows one, once, in order."""
        turns = turns_of(conversation, "customer")
        texts = [turn.text for turn in turns]
        signs: list[Sign] = []
        if self._first is not None or self._claims.phrases.found_in(texts):
            signs = [sign for turn in turns if (sign := self._read_first(turn)) is not None]
        if not signs and self._bare.phrases.patterns and self._bare.phrases.found_in(texts):
            said = [turn.text for turn in conversation.turns]
            if self._about.found_in(said) and not self._not_about.found_in(said):
                signs = [sign for turn in turns if (sign := self._read(turn, self._bare)) is not None]
        return signs

    def _read_first(self, turn: Turn) -> Sign | None:
        words = self._first.words(turn.text) if self._first else ""
        return Sign(turn, self._first_meaning, words) if words else self._read(turn, self._claims)

    def _read(self, turn: Turn, claims: Claims) -> Sign | None:
        """The first sign in a turn that lies outside of anything forgiven."""
        claim = claims.first(turn.text)
        return Sign(turn, self._meanings[claim.pattern], claim.words) if claim else None


def _lines(name: str) -> tuple[str, ...]:
    return pack(name).lines if name else ()


def raise_flag(
    conversation: Conversation,
    known: Insights,
    languages: frozenset[str],
    signs: Signs,
    otherwise: Mapping[str, str],
) -> Flag | Unknown:
    """Observed where the customer shows a sign; unknown where the customer says nothing or cannot be read.

    ``otherwise`` are the packs that decide in a language that is read by packs, with their meanings.
    """
    turns = turns_of(conversation, "customer")
    if not turns:
        return unheard(conversation)
    if (obstacle := unsupported(conversation, known, languages)) is not None:
        return obstacle
    language = language_of(conversation, known)
    shown = _by_packs(turns, language, otherwise) if language in BY_PACKS else signs.find_signs(conversation)
    found = tuple(_evidence(sign) for sign in shown)
    return Flag(observed=bool(found), evidence=found[:MAX_EVIDENCE])


def _by_packs(turns: Sequence[Turn], language: str, packs: Mapping[str, str]) -> Iterator[Sign]:
    """Yield each turn that one of the packs holds for, once."""
    for turn in turns:
        for name, meaning in packs.items():
            if words := matcher(language, name).words(turn.text):
                yield Sign(turn, meaning, words)
                break


def _evidence(sign: Sign) -> Evidence:
    return cite(sign.turn, coded("{meaning}: '{words}'", meaning=coded(sign.meaning), words=sign.words))
