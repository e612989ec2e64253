"""SHELF: metric types, ways of judging a conversation. One type a file, one line in this table."""

from collections.abc import Mapping
from typing import Any

from auscult.metrics._contract import MetricType
from auscult.metrics.by_question import ByQuestion
from auscult.metrics.by_speech import BySpeech
from auscult.metrics.manual import Manual

METRICS: Mapping[str, MetricType[Any]] = {
    "by_question": ByQuestion(),
    "by_speech": BySpeech(),
    "manual": Manual(),
}
