"""Measure how many honest sentences the rule on denials rejects, and how many false ones it stops.

    python -m bench.quality.denials DATA_FILE ...

DATA_FILE holds conversations in the native format, or labels that bring their conversations. Turns stand for sentences
of an answer: word for word, without their denial, and denied where they deny nothing. Then the sentences of our own
summaries, which say in the third person what their turns say. Each is tried with and without the rule.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain import explanations
from auscult.domain.conversation import Conversation
from auscult.domain.said.search import words_of
from auscult.domain.scoring.explaining import Piece
from auscult.domain.scoring.stored import PendingConversation
from bench.quality.summaries import conversations_in

QUESTION = "What happened?"
TURNS = 6_000
Try = tuple[str, Sequence[Piece], Sequence[Piece]]
"""A sentence, the pieces that it names, and those that were sent."""


def main() -> None:
    """Print a line for each kind of sentence."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    found = list(conversations_in(parser.parse_args().files))
    turns = [piece for one in found for piece in _pieces(one) if len(piece.text) < explanations.LONGEST_SENTENCE - 20]
    random.Random(5).shuffle(turns)  # noqa: S311  (a sample)
    turns = turns[:TURNS]
    denying = [each for each in turns if _denies(each.text)]
    plain = [each for each in turns if not _denies(each.text) and not re.search(r"[,;:.!?]\s", each.text)]
    show("word for word", [_own(each, each.text) for each in turns])
    show("without their denial", [_own(each, _undenied(each.text)) for each in denying])
    show("denied", [_own(each, f"It is not so that {each.text}") for each in plain])
    show("summaries", list(_summarised(found)))


def show(what: str, tries: Sequence[Try]) -> None:
    """Print how many of some sentences are shown, without the rule and with it."""
    now = sum(explanations.is_carried(text, named, sent, QUESTION) for text, named, sent in tries)
    without: Callable[..., bool] = lambda *_: True  # noqa: E731
    with patch.object(explanations, "_is_denied_alike", without):
        before = sum(explanations.is_carried(text, named, sent, QUESTION) for text, named, sent in tries)
    print(f"{what:<24} {before:>6} {now:>6} of {len(tries)}")


def _own(piece: Piece, text: str) -> Try:
    return text, [piece], [piece]


def _pieces(conversation: Conversation) -> list[Piece]:
    return [
        Piece(
            text=explanations.excerpt(each.text), speaker=each.speaker, conversation_id=conversation.id, turn_id=each.id
        )
        for each in conversation.turns
        if each.text.strip()
    ]


def _denies(text: str) -> bool:
    return not explanations.NEGATORS.isdisjoint(words_of(text))


def _undenied(text: str) -> str:
    return " ".join(word for word in text.split() if explanations.NEGATORS.isdisjoint(words_of(word)))


def _summarised(found: Sequence[Conversation]) -> Iterator[Try]:
    """Yield the sentences of summaries about one of the sides, with the turns behind the summary."""
    evaluator = bootstrap.evaluator(read_settings(), judge_ineligible=True)
    pending = [PendingConversation(conversation=one, revision=1) for one in found]
    done = evaluator.evaluate(pending, (), datetime.now(UTC))
    for conversation, (_, insights) in zip(found, done, strict=True):
        if insights is None or insights.summary is None:
            continue
        sent = _pieces(conversation)
        wanted = {each.turn_id for each in insights.summary.evidence}
        named = [each for each in sent if each.turn_id in wanted]
        for text in re.split(r"(?<=[.])\s+(?=[A-Z])", insights.summary.text):
            if text.startswith(("The customer", "The agent")):
                yield text, named, sent


if __name__ == "__main__":
    main()
