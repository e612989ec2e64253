"""The carrier for engines that are far: what was answered once is kept, and never paid for twice.

An answer is kept under a hash of all that it depends on: the engine with its model, the question, the transcript.
It is kept when the call that gave it ends, so that whoever is killed loses no more than the calls that are under way.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from msgspec.structs import astuple

from auscult.domain.judging import Postponed
from auscult.domain.probe import Answer, FailedAnswer, Inquiry, Transcript
from auscult.pipeline.far_ports import FarEngine, FarEngines, KeptAnswers

Told = Answer | FailedAnswer | Postponed

NOT_ASKED = Postponed(reason="has not been asked yet", after_s=0.0)
"""Said of what would have to be asked where that is for later."""

INTERRUPTED = Postponed(reason="asking was interrupted", after_s=0.0)

NOT_CONFIGURED = Postponed(reason="no judge is configured here, and the form asks one")
"""Where a form was published while there was a judge, or elsewhere."""

_KEY_BYTES = 16
_encode = msgspec.json.Encoder(order="deterministic").encode


def ask_afar(
    questions: Iterable[Inquiry], engines: FarEngines, kept: KeptAnswers, *, may_ask: bool
) -> dict[Inquiry, Told]:
    """What is known of every question: what is kept of it, else what comes of asking, or why it is postponed.

    With ``may_ask`` false nobody is asked.
    """
    by_engine: dict[FarEngine, dict[Inquiry, None]] = {}
    told: dict[Inquiry, Told] = {}
    for question in questions:
        if engine := engines.get(type(question)):
            by_engine.setdefault(engine, {})[question] = None
        else:
            told[question] = NOT_CONFIGURED
    for engine, asked in by_engine.items():
        keys = _keys(engine.version, asked)
        found = kept.find(list(keys.values()))
        told |= {question: found.get(key, INTERRUPTED if may_ask else NOT_ASKED) for question, key in keys.items()}
        if may_ask:
            _ask([question for question in asked if told[question] is INTERRUPTED], engine, kept, told)
    return told


def _ask(questions: Sequence[Inquiry], engine: FarEngine, kept: KeptAnswers, told: dict[Inquiry, Told]) -> None:
    """Ask, and keep each answer as it comes."""
    keys = _keys(engine.version, questions)
    for heard in engine.ask(questions):
        kept.keep(heard, keys)
        told.update(heard.answers)
        if heard.postponed is not None:
            left = (one for one in questions if told[one] is INTERRUPTED)
            told |= {one: heard.postponed for one in left if one.transcript.conversation_id == heard.conversation_id}


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
