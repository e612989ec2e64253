"""Calls of far engines: an answer is stored, and never paid for twice.

An answer is stored under a hash of all that it depends on: the engine with its model, the question, the transcript.
It is stored when its call ends, so that a crash loses no more than the calls in progress.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Protocol, runtime_checkable

import msgspec
from msgspec.structs import astuple

from auscult.domain.engines import KeptAnswers, RemoteEngine, RemoteEngines
from auscult.domain.errors import coded
from auscult.domain.operations.tracing import TRACING
from auscult.domain.probe import Answer, FailedAnswer, Inquiry, Transcript
from auscult.domain.scoring.judging import RetryAfter, Usage

EngineResult = Answer | FailedAnswer | RetryAfter

NOT_ASKED = RetryAfter(reason=coded("has not been asked yet"), after_s=0.0)
"""Said of what would have to be asked where that is for later."""

INTERRUPTED = RetryAfter(reason=coded("asking was interrupted"), after_s=0.0)

NOT_CONFIGURED = RetryAfter(reason=coded("no judge is configured here, and the form asks one"))
"""Where a form was published while there was a judge, or elsewhere."""

_KEY_BYTES = 16
_encode = msgspec.json.Encoder(order="deterministic").encode


def ask_remote(
    questions: Iterable[Inquiry], engines: RemoteEngines, kept: KeptAnswers, *, may_ask: bool
) -> dict[Inquiry, EngineResult]:
    """Return the result of every question: the stored answer, else the new one, or the reason why it is postponed.

    With ``may_ask`` false no engine is called.
    """
    by_engine: dict[RemoteEngine, dict[Inquiry, None]] = {}
    results: dict[Inquiry, EngineResult] = {}
    for question in questions:
        if engine := engines.get(type(question)):
            by_engine.setdefault(engine, {})[question] = None
        else:
            results[question] = NOT_CONFIGURED
    for engine, asked in by_engine.items():
        keys = _keys(engine.version, asked)
        found = kept.find(list(keys.values()))
        results |= {question: found.get(key, INTERRUPTED if may_ask else NOT_ASKED) for question, key in keys.items()}
        if may_ask:
            _ask_engine([question for question in asked if results[question] is INTERRUPTED], engine, kept, results)
    return results


def _ask_engine(
    questions: Sequence[Inquiry], engine: RemoteEngine, kept: KeptAnswers, results: dict[Inquiry, EngineResult]
) -> None:
    """Ask an engine, store each answer on arrival, and add it to ``results``."""
    keys = _keys(engine.version, questions)
    with TRACING.span("engine", "client", {"auscult.engine": engine.version, "auscult.probes": len(questions)}):
        for heard in engine.ask(questions):
            kept.keep(heard, keys)
            results.update(heard.answers)
            if heard.postponed is not None:
                left = (one for one in questions if results[one] is INTERRUPTED)
                about = heard.conversation_id
                results |= {one: heard.postponed for one in left if one.transcript.conversation_id == about}


def _keys(version: str, questions: Iterable[Inquiry]) -> dict[Inquiry, bytes]:
    """A hash of all that the answer to each question depends on."""
    transcripts: dict[Transcript, str] = {}
    keys: dict[Inquiry, bytes] = {}
    for question in questions:
        transcript = question.transcript
        if transcript not in transcripts:
            transcripts[transcript] = _digest(transcript).hex()
        asked = [transcripts[one] if one is transcript else one for one in astuple(question)]
        keys[question] = _digest((version, type(question).__name__, asked))
    return keys


def _digest(of: object) -> bytes:
    return blake2b(_encode(of), digest_size=_KEY_BYTES).digest()


@runtime_checkable
class _CostEstimation(Protocol):
    """A far engine that can say before what asking takes."""

    def estimate(self, questions: Sequence[Any]) -> Usage:
        """Return the most that asking all of it would use."""
        ...


def estimate(engine: RemoteEngine, questions: Sequence[Any]) -> Usage:
    """Return the most that asking an engine would use; where it cannot say, a call for each conversation."""
    if isinstance(engine, _CostEstimation):
        return engine.estimate(questions)
    return Usage(calls=len({question.transcript.conversation_id for question in questions}))
