"""Modules, weights and packs that every worker needs, loaded and warmed once: the process that imports this forks workers.

It starts no thread, opens no database and reads no settings, as a fork would inherit them.
"""
# ruff: noqa: E402  (garbage collection, off during the imports, would add a tenth to them)

import gc
import signal

gc.disable()
# A signal to the whole process group must not end this process before its workers, which would then look dead to the server.
signal.signal(signal.SIGTERM, signal.SIG_IGN)

from datetime import UTC, datetime, timedelta

from auscult.analyzers import ANALYZERS
from auscult.bootstrap import application, recordings, scheduling
from auscult.domain.conversation import Conversation, Turn
from auscult.domain.scoring.stored import PendingConversation
from auscult.engines import embedded
from auscult.metrics import METRICS
from auscult.redactors import secrets
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form, starter_documents
from auscult.services.scoring.evaluate import Evaluator
from auscult.workers import worker

__all__ = ["ANALYZERS", "REPORTS", "application", "recordings", "scheduling", "worker"]

_SAID = (
    "Thank you for calling, this is Anna, how can I help you?",
    "I was charged twice for order 4711 and I am really annoyed, I want to speak to your manager.",
    "I am sorry to hear that. One moment please, may I have your name and date of birth?",
    "It is Robert Miller, and if this is not fixed today I will cancel.",
    "I have refunded it, you will have a confirmation by e-mail. Is there anything else I can do for you?",
    "No, thank you very much, that is all. Bye!",
)


def _warm() -> None:
    """Judge a conversation, so that weights, packs and patterns are there."""
    start = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    turns = tuple(
        Turn(
            f"m{number}",
            "customer" if number % 2 else "agent",
            text,
            start_ms=9_000 * number,
            end_ms=9_000 * number + 8_000,
        )
        for number, text in enumerate(_SAID)
    )
    sample = Conversation(
        id="c-sample", channel="voice", started_at=start, ended_at=start + timedelta(minutes=1), turns=turns
    )
    near = {engine.probe: engine for engine in embedded()}
    forms = [read_form(document) for document in starter_documents().values()]
    pending = PendingConversation(conversation=sample, revision=1)
    secrets(())
    Evaluator(METRICS, near, judge_ineligible=True, analyzers=ANALYZERS).evaluate([pending], forms, start)


_warm()
gc.collect()
gc.freeze()
gc.enable()
