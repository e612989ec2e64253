"""ROOM: test suites for authors of plug-ins (docs/how-to/write-a-plug-in.md).

Each contract is a class of tests for pytest: inherit from it, set the variant, and it is checked like
auscult's own. Nothing here needs more than the base installation and pytest.
"""

from auscult.testing.analyzers import AnalyzerContract
from auscult.testing.conversations import conversations, talk
from auscult.testing.engines import EngineContract
from auscult.testing.formats import FormatContract
from auscult.testing.metric_types import MetricTypeContract

__all__ = [
    "AnalyzerContract",
    "EngineContract",
    "FormatContract",
    "MetricTypeContract",
    "conversations",
    "talk",
]
