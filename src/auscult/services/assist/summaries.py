"""Summaries of a conversation that goes on: what the analyzer finds in it, and what is known to have been done."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from auscult.domain.assist.assistance import Suggestion
from auscult.domain.assist.live_projection import Live
from auscult.domain.conversation import Conversation
from auscult.domain.engines import Engines
from auscult.domain.said.text import sentences
from auscult.services.assist.assistant import NoSummary, Summarize
from auscult.services.scoring.analyze import LANGUAGE, Analyzers, analyze, open_analysis
from auscult.services.scoring.engine_calls.ask_local import ask_local

SUMMARY = "summary"
_MOST_PROMISES = 3
_MOST_WORDS = 40
_SPAN = r"(?:\d+|an?|one|two|three|four|five|six|seven|ten|few)(?:\s?(?:-|to)\s?\d+)?\s(?:working |business )?"
_UNIT = r"(?:minute|hour|day|week|month)s?"
_PROMISE = re.compile(
    rf"\b{_SPAN}{_UNIT}\b|[£$€]\s?\d|\b\d+\s?(?:pounds|dollars|euros)\b|\b(?:by|until) tomorrow\b", re.IGNORECASE
)


def summarizer(analyzers: Analyzers, engines: Engines) -> Summarize:
    """Summarise by the analyzer of that name, with the language found before; English facts that are known follow."""
    needed = {name: analyzers[name] for name in (LANGUAGE, SUMMARY) if name in analyzers}

    def summarize(live: Live) -> str | NoSummary:
        opened = open_analysis(live.conversation, needed, engines.keys())
        found = analyze([opened], needed, ask_local(opened.probes, engines))[0]
        if found.language not in (None, "en"):
            return NoSummary(f"{found.unknown.get(SUMMARY)}: summaries are written of English conversations only")
        written = found.summary.text if found.summary else ""
        noted = {piece.text for piece in found.summary.evidence} if found.summary else set[str]()
        text = " ".join([*([written] if written else []), *known_facts(live, written, noted)])
        return text or NoSummary(None)

    return summarize


class _Sent(NamedTuple):
    """An answer of the assistant that an agent sent: to which question, and in which words."""

    query: str
    text: str


def known_facts(live: Live, written: str, noted: AbstractSet[str] = frozenset()) -> list[str]:
    """Return what is known to have been done, in sentences: steps, answers sent, sentences with a time or an amount.

    What ``written`` has already is not repeated, nor what was said in turns that it has ``noted``.
    """
    facts: list[str] = []
    steps = [
        step.name or step.id or ""
        for run in live.assist.playbooks or ()
        for stage in run.stages
        for step in stage.steps
        if step.is_adhered
    ]
    if steps:
        facts.append(f"Done: {'; '.join(steps)}.")
    sent = list(_sent(live))
    facts += [
        f'The customer asked: "{each.query}" The agent sent: "{each.text}"' for each in sent if each.text not in written
    ]
    known = " ".join([written, *(each.text for each in sent)])
    promised = [
        text for text in _promises(live.conversation) if text not in known and not any(text in turn for turn in noted)
    ]
    if promised:
        facts.append("The agent said: " + " ".join(f'"{text}"' for text in promised[-_MOST_PROMISES:]))
    return facts


def _sent(live: Live) -> Iterator[_Sent]:
    answers: tuple[Suggestion, ...] = (*live.assist.suggestions, *live.assist.searches)
    for answer in answers:
        text = live.instead.get(answer.request_id or "") or (answer.text if answer.is_sent else None)
        if text:
            yield _Sent(_short(answer.query or ""), _short(text))


def _promises(conversation: Conversation) -> list[str]:
    """Return each sentence of agents in which a time or an amount is named, once, in their order."""
    said = (text for turn in conversation.turns if turn.speaker == "agent" for text in sentences(turn.text))
    return list(dict.fromkeys(text for text in said if _PROMISE.search(text) and not text.rstrip().endswith("?")))


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= _MOST_WORDS else " ".join(words[:_MOST_WORDS]) + " …"
