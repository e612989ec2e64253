"""SHELF: metric types, ways of judging a conversation. One type a file, one line in this table."""

from typing import Any

from auscult.domain.shelf import Shelf
from auscult.metrics._contract import MetricType
from auscult.metrics.by_ai_agent import ByAiAgent
from auscult.metrics.by_claim import ByClaim
from auscult.metrics.by_dialog import ByDialog
from auscult.metrics.by_example import ByExample
from auscult.metrics.by_grounding import ByGrounding
from auscult.metrics.by_insight import ByInsight
from auscult.metrics.by_playbook import ByPlaybook
from auscult.metrics.by_question import ByQuestion
from auscult.metrics.by_repetition import ByRepetition
from auscult.metrics.by_speech import BySpeech
from auscult.metrics.by_value import ByValue
from auscult.metrics.graded import Graded
from auscult.metrics.hold import Hold
from auscult.metrics.manual import Manual
from auscult.metrics.transfer import Transfer

__all__ = ["METRICS", "MetricType"]

METRICS: Shelf[MetricType[Any]] = Shelf(
    {
        "by_question": ByQuestion(),
        "by_speech": BySpeech(),
        "by_value": ByValue(),
        "by_insight": ByInsight(),
        "by_playbook": ByPlaybook(),
        "by_dialog": ByDialog(),
        "by_example": ByExample(),
        "graded": Graded(),
        "hold": Hold(),
        "transfer": Transfer(),
        "by_ai_agent": ByAiAgent(),
        "by_claim": ByClaim(),
        "by_grounding": ByGrounding(),
        "by_repetition": ByRepetition(),
        "manual": Manual(),
    }
)
