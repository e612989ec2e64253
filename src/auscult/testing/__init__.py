"""ROOM: what those who write plug-ins test them with (docs/how-to/write-a-plug-in.md).

Each contract is a class of tests for pytest: inherit from it, say which variant is meant, and it is held to all that
auscult's own are held to. Nothing here needs more than the base installation and pytest.
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
