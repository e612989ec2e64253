"""SHELF: what there is to find in a conversation. One analyzer a file, and one line here.

In this order: each may read what those above it found (language, then what sentiment leans on).
"""

from collections.abc import Mapping
from typing import Any

from auscult.analyzers._contract import Analyzer
from auscult.analyzers.churn_risk import ChurnRisk
from auscult.analyzers.emotions import Emotions
from auscult.analyzers.escalation import Escalation
from auscult.analyzers.language import Language
from auscult.analyzers.resolution import Resolution
from auscult.analyzers.sentiment import Sentiment

ANALYZERS: Mapping[str, Analyzer[Any]] = {
    "language": Language(),
    "escalation": Escalation(),
    "churn_risk": ChurnRisk(),
    "resolution": Resolution(),
    "sentiment": Sentiment(),
    "emotions": Emotions(),
}
