"""Order of passages by a cross-encoder behind HTTP: a model that reads question and passage together, and scores them.

Servers agree on one request, ``POST …/rerank``, in two spellings. Cohere, Jina, vLLM, Infinity and llama.cpp take
``model``, ``query`` and ``documents``, and answer ``{"results":[{"index":0,"relevance_score":0.9}]}``;
text-embeddings-inference takes ``query`` and ``texts``, and answers ``[{"index":0,"score":0.9}]``.
"""

import logging
import math
from collections.abc import Callable, Sequence
from copy import copy
from threading import Lock
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import msgspec
from msgspec import Struct

from auscult.domain.assist.knowledge import Passage
from auscult.domain.delivery.addresses import OPERATOR
from auscult.engines._ranking.waiting import LONGEST_S, Outcome, TimedRanker
from auscult.outgoing.http import client

LOG = logging.getLogger(__name__)

_OK = 200
_LARGEST = 1 << 20
_LONGEST_SAID = 200


class Encoder(Struct, frozen=True, kw_only=True):
    """Address of a cross-encoder. Without ``model`` it is asked as text-embeddings-inference is."""

    url: str
    model: str = ""
    api_key: str = ""


class ScoringError(Exception):
    """There are no scores; the message has the reason."""


class _Scored(Struct):
    index: int
    score: float | None = None
    relevance_score: float | None = None


class _Results(Struct):
    results: list[_Scored]


class CrossEncoder(TimedRanker):
    """One cross-encoder on one server. Nothing is opened before the first question."""

    def __init__(self, at: Encoder, *, within_s: float, report: Callable[[str], None] = lambda _: None) -> None:
        """Wait ``within_s`` at most for each order, and call ``report`` with the outcome of each."""
        super().__init__(f"cross-encoder {at.model or urlsplit(at.url).netloc}", within_s, report)
        self._way = _Way(at)

    def for_app(self, app_id: str) -> Self:  # noqa: ARG002  (nothing that is counted by app is spent)
        """Return the same ranker."""
        return copy(self)

    def ask(self, question: str, passages: Sequence[Passage]) -> tuple[int, ...] | Outcome:
        """Return the indices of passages by their scores; of equal ones, the one that was found first is first."""
        texts = [f"{each.title}\n{each.text}" if each.title else each.text for each in passages]
        try:
            scores = self.scores(question, texts)
        except ScoringError as error:
            LOG.warning("passages are not ordered: %s", error)
            return "unavailable"
        if scores is None:
            LOG.warning("passages are not ordered: the cross-encoder does not score each of them once")
            return "refused"
        return tuple(sorted(range(len(scores)), key=lambda each: -scores[each]))

    def scores(self, question: str, texts: Sequence[str]) -> list[float] | None:
        """Return the score of each text; None where the reply is not one score for each. Raises ``ScoringError``."""
        return _scores(self._way.send(question, texts), len(texts))

    def close(self) -> None:
        """Let the connections go."""
        self._way.close()


class _Way:
    """The connections to a server, which copies of a ranker share."""

    def __init__(self, at: Encoder) -> None:
        self._at = at
        self._headers = {"authorization": f"Bearer {at.api_key}"} if at.api_key else {}
        self._lock = Lock()
        self._opened: httpx.Client | None = None

    def send(self, question: str, texts: Sequence[str]) -> bytes:
        """Return the reply to a question about texts. Raises ``ScoringError``."""
        request: dict[str, Any] = {"query": question}
        if self._at.model:
            request |= {"model": self._at.model, "documents": list(texts)}
        else:
            request |= {"texts": list(texts), "truncate": True}
        until = monotonic() + LONGEST_S
        reply = bytearray()
        try:
            with self._client().stream("POST", self._at.url, json=request, headers=self._headers) as response:
                for piece in response.iter_bytes():
                    reply += piece
                    # A server that sends a byte now and then would never run into a time-out of its socket.
                    if len(reply) > _LARGEST or monotonic() > until:
                        raise ScoringError("the cross-encoder's reply is too large, or too slow")
        except httpx.TimeoutException as error:
            raise ScoringError(f"the cross-encoder did not answer within {LONGEST_S} s") from error
        except (httpx.HTTPError, OSError) as error:
            said = _line(str(error) or type(error).__name__)
            raise ScoringError(f"the cross-encoder cannot be reached ({said})") from error
        if response.status_code != _OK:
            said = reply.decode(errors="replace")
            said = said.replace(self._at.api_key, "***") if self._at.api_key else said
            raise ScoringError(f"the cross-encoder answers with status {response.status_code}: {_line(said)}")
        return bytes(reply)

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _client(self) -> httpx.Client:
        """Return the client, which follows no redirect: what customers ask goes to this address alone."""
        with self._lock:
            if self._opened is None:
                logging.getLogger("httpx").setLevel(logging.WARNING)
                self._opened = client(OPERATOR, timeout=LONGEST_S)
            return self._opened


def _scores(reply: bytes, count: int) -> list[float] | None:
    """Return scores in the order of the texts; None where the reply does not have one for each."""
    try:
        read = msgspec.json.decode(reply, type=_Results | list[_Scored])
    except msgspec.DecodeError:
        return None
    rows = read.results if isinstance(read, _Results) else read
    found = {each.index: each.relevance_score if each.score is None else each.score for each in rows}
    if len(rows) != count or found.keys() != set(range(count)):
        return None
    scores = [score for number in range(count) if (score := found[number]) is not None and math.isfinite(score)]
    return scores if len(scores) == count else None


def _line(text: str) -> str:
    """Return the beginning of a server's text, on one line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_LONGEST_SAID]
