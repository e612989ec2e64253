"""Raising a flag on a conversation: signs that are looked for in the customer's words, and what excuses them."""

from collections.abc import Sequence
from typing import NamedTuple

from auscult.analyzers._contract import Unknown
from auscult.analyzers._evidence import cite, turns_of, unsupported
from auscult.analyzers._phrases import Claims, Phrases
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.evaluation import Evidence
from auscult.domain.insight import Flag, Insights

MAX_EVIDENCE = 5


class Sign(NamedTuple):
    """Something found in a turn: what it means, and the words that tell it."""

    turn: Turn
    meaning: str
    words: str


class Signs:
    """What may be found, by meaning, and the words that excuse what overlaps them."""

    def __init__(
        self,
        meanings: Sequence[tuple[str, Sequence[str]]],
        *,
        forgiven: Sequence[str] = (),
        bare: Sequence[str] = (),
        about: Sequence[str] = (),
        not_about: Sequence[str] = (),
    ) -> None:
        """``bare`` patterns mean the first meaning, where the conversation is ``about`` one thing and not another."""
        self._meanings = [meaning for meaning, patterns in meanings for _ in patterns]
        self._claims = Claims([pattern for _, patterns in meanings for pattern in patterns], forgiven)
        self._bare = Claims(bare, forgiven)
        self._about = Phrases(about)
        self._not_about = Phrases(not_about)

    def look(self, conversation: Conversation) -> list[Sign]:
        """Every turn of the customer's that shows a sign, once, in order."""
        turns = turns_of(conversation, "customer")
        texts = [turn.text for turn in turns]
        signs: list[Sign] = []
        if self._claims.phrases.found_in(texts):
            signs = [sign for turn in turns if (sign := self._read(turn, self._claims)) is not None]
        if not signs and self._bare.phrases.patterns and self._bare.phrases.found_in(texts):
            said = [turn.text for turn in conversation.turns]
            if self._about.found_in(said) and not self._not_about.found_in(said):
                signs = [sign for turn in turns if (sign := self._read(turn, self._bare)) is not None]
        return signs

    def _read(self, turn: Turn, claims: Claims) -> Sign | None:
        """The first sign in a turn that lies outside of anything forgiven."""
        told = claims.first(turn.text)
        return Sign(turn, self._meanings[told.place], told.words) if told else None


def raise_flag(conversation: Conversation, known: Insights, languages: frozenset[str], signs: Signs) -> Flag | Unknown:
    """Observed where the customer shows a sign; unknown where the customer says nothing or cannot be read."""
    turns = turns_of(conversation, "customer")
    if not turns:
        return Unknown("the customer never speaks")
    if (obstacle := unsupported(conversation, known, languages)) is not None:
        return obstacle
    found = tuple(_evidence(sign) for sign in signs.look(conversation))
    return Flag(observed=bool(found), evidence=found[:MAX_EVIDENCE])


def _evidence(sign: Sign) -> Evidence:
    return cite(sign.turn, f"{sign.meaning}: '{sign.words}'")
