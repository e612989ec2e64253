"""Run of a dialog task for the agent, anywhere in the conversation or in a part of it.

Settings, semantics and examples for users: docs/reference/metrics/by_dialog.md.
"""

from collections.abc import Iterator
from typing import ClassVar

from msgspec import Struct

from auscult.domain.assist.assistance import DialogRun
from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Evidence, Verdict
from auscult.metrics._contract import Alone
from auscult.metrics._events.runs import evidence_of, is_called, met, ms_of, turn_of
from auscult.metrics._finding.language import Span, Window, read_window
from auscult.metrics._finding.windows import end_ms


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    dialog: str
    question: str = ""
    window: Window | None = None


class ByDialog(Alone[Settings]):
    """YES when the task was run in the window, NO when not, NA when that is unknown."""

    name: ClassVar[str] = "by_dialog"
    settings_type: ClassVar[type[Struct]] = Settings

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the settings."""
        return tuple(_problems(settings))

    def decide(self, settings: Settings, conversation: Conversation) -> Verdict:
        """The verdict, with the runs that decided it."""
        dialogs = conversation.assist.dialogs if conversation.assist else None
        if dialogs is None:
            return Verdict(qualification="NA", reason=coded("no dialog task is reported"))
        runs = [run for run in dialogs if is_called(settings.dialog, run.id, run.name)]
        if not runs:
            reason = coded("the dialog task {name} was not run", name=settings.dialog)
            return Verdict(qualification="NO", evidence=(Evidence(why=reason),), reason=reason)
        span = None if settings.window is None else read_window(settings.window)
        fits = [(run, _is_within(run, span, conversation)) for run in runs]
        within = [run for run, is_within in fits if is_within]
        if within:
            why = coded("the dialog task {name} was run", name=settings.dialog)
            if span is not None:
                why = coded("the dialog task {name} was run in the {span}", name=settings.dialog, span=span.words)
            evidence = (evidence_of(why, conversation, run.turn_id, run.started_at) for run in within)
            return met(evidence, conversation)
        evidence = (evidence_of(coded("was run here"), conversation, run.turn_id, run.started_at) for run in runs)
        if any(is_within is None for _, is_within in fits):
            reason = coded("it is not known when the dialog task {name} was run", name=settings.dialog)
            return Verdict(qualification="NA", evidence=tuple(evidence), reason=reason)
        reason = coded(
            "the dialog task {name} was not run in the {span}", name=settings.dialog, span=span.words if span else ""
        )
        return Verdict(qualification="NO", evidence=tuple(evidence), reason=reason)


def _problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.dialog.strip():
        yield "dialog", coded("is empty; give the dialog task's id or name")
    if settings.window is not None:
        try:
            read_window(settings.window)
        except ValueError as error:
            yield "window", error.args[0]


def _is_within(run: DialogRun, span: Span | None, conversation: Conversation) -> bool | None:
    """Return whether a run began in the window; None when that is unknown."""
    if span is None:
        return True
    turn = turn_of(conversation, run.turn_id)
    at_ms = turn.start_ms if turn is not None and turn.start_ms is not None else ms_of(conversation, run.started_at)
    if span.unit == "ms":
        if at_ms is None:
            return None
        return at_ms < span.size if span.end == "first" else at_ms > end_ms(conversation) - span.size
    turns = conversation.turns
    if turn is not None:
        index = turns.index(turn)
    elif at_ms is not None:
        begun = [at for at, each in enumerate(turns) if each.start_ms is not None and each.start_ms <= at_ms]
        index = begun[-1] if begun else 0
    else:
        return None
    return index < span.size if span.end == "first" else index >= len(turns) - span.size
