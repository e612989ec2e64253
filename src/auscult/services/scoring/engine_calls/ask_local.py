"""The carrier: takes the questions of many conversations out to the engines, and brings the answers in."""

from collections.abc import Iterable

from auscult.domain.engines import Engines
from auscult.domain.errors import EngineError
from auscult.domain.operations.tracing import TRACING
from auscult.domain.probe import Answer, Probe


def ask_local(probes: Iterable[Probe], engines: Engines) -> dict[Probe, Answer]:
    """Return the answer to every probe; equal probes are asked once, and each engine is called once.

    Raises ``EngineError`` that names the kind of probe for which no engine is configured.
    """
    by_kind: dict[type[Probe], dict[Probe, None]] = {}
    for probe in probes:
        by_kind.setdefault(type(probe), {})[probe] = None
    answers: dict[Probe, Answer] = {}
    for kind, asked in by_kind.items():
        if kind not in engines:
            answered = ", ".join(sorted(one.__name__ for one in engines)) or "none"
            raise EngineError(
                "no engine is configured that answers {value} probes (configured: {answered})",
                answered=answered,
                code="engine.missing",
                value=kind.__name__,
            )
        with TRACING.span(f"engine {kind.__name__}", attributes={"auscult.probes": len(asked)}):
            answers |= zip(asked, engines[kind].answer(list(asked)), strict=True)
    return answers
