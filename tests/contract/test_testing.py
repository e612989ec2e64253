"""The contracts that authors of plug-ins inherit, held to auscult's own variants: they ask for nothing that ours lack."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from auscult.analyzers import ANALYZERS, Analyzer
from auscult.domain.conversation import Conversation
from auscult.domain.evaluation import Evidence, Verdict, answered
from auscult.domain.probe import Answer, Probe
from auscult.engines import ENGINES
from auscult.formats import FORMATS
from auscult.metrics import METRICS
from auscult.testing import AnalyzerContract, EngineContract, FormatContract, MetricTypeContract, conversations, talk
from tests.contract import test_engines, test_metrics

ROOT = Path(__file__).parents[2]
FILES = {"native": "conversations/store_chats.ndjson", "vcon": "vcon/b217b61e-ff68-4f17-a33d-bbc667e8936d.vcon.json"}


def checks(contract: type) -> list[str]:
    """The tests of a contract."""
    return sorted(name for name in vars(contract) if name.startswith("test_"))


class OfType(MetricTypeContract):
    """A metric type of ours, with its examples and answers."""

    def __init__(self, name: str) -> None:
        """The type of this name."""
        self.variant = METRICS[name]  # type: ignore[misc]
        self.examples = test_metrics.EXAMPLES[name]  # type: ignore[misc]
        self.common = test_metrics.COMMON.get(name, {})  # type: ignore[misc]

    def answer(self, probe: Probe) -> Answer:
        """As our own tests have it."""
        return test_metrics.answer(probe)


@pytest.mark.parametrize("check", checks(MetricTypeContract))
@pytest.mark.parametrize("name", METRICS)
def test_metric_types(name: str, check: str) -> None:
    """Every type in the table."""
    getattr(OfType(name), check)()


@pytest.mark.parametrize("check", checks(FormatContract))
@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str, check: str) -> None:
    """Every format in the table, on a file of the examples."""

    class OfFormat(FormatContract):
        variant = FORMATS[name]
        document = (ROOT / "examples" / FILES[name]).read_bytes()
        count = document.count(b"\n") if name == "native" else 1

    getattr(OfFormat(), check)()


@pytest.mark.parametrize("check", checks(EngineContract))
def test_engines_too(check: str) -> None:
    """The embedding."""

    class OfEngine(EngineContract):
        variant = ENGINES["wordllama"]()
        probes = test_engines.PROBES[ENGINES["wordllama"]().probe]

    getattr(OfEngine(), check)()


@pytest.mark.parametrize("check", checks(AnalyzerContract))
@pytest.mark.parametrize("name", ["language", "speech"])
def test_analyzers(name: str, check: str) -> None:
    """Two that ask nothing of an engine."""

    class OfAnalyzer(AnalyzerContract):
        variant: ClassVar[Analyzer[Any]] = ANALYZERS[name]

    getattr(OfAnalyzer(), check)()


def test_conversations_are_the_same_each_time_and_differ() -> None:
    """A failure can be shown again."""
    assert conversations() == conversations()
    assert len({repr(one) for one in conversations()}) == len(conversations()) == 60


class Liar:
    """A manual type that judges, and quotes what nobody said."""

    def __getattr__(self, name: str) -> Any:
        """As manual, but for what it says."""
        return getattr(METRICS["manual"], name)

    def judge(self, settings: Any, conversation: Conversation, answers: Any, insights: Any = None) -> Verdict:
        """Lie."""
        del settings, answers, insights
        turn = conversation.turns[0].id if conversation.turns else ""
        if not turn:
            return Verdict(qualification="-", reason="so")
        return answered("YES", [Evidence(turn_id=turn, text="never said", why="so")])


def test_a_contract_refuses_what_breaks_it() -> None:
    """A contract that nothing fails would show nothing."""

    class OfLiar(MetricTypeContract):
        variant = Liar()  # type: ignore[assignment]
        examples = ({},)

    with pytest.raises(AssertionError, match="answers YES"):
        OfLiar().test_judges_any_conversation_and_always_alike()
    with pytest.raises(AssertionError, match="quotes"):
        OfLiar().test_evidence_is_in_the_conversation()
    assert talk("agent: hi", "customer: hello").turns[1].start_ms == 10_000
