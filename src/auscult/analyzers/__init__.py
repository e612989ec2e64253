"""SHELF: what there is to find in a conversation. One analyzer a file, and one line here.

In this order: each may read what those above it found (language, then what sentiment leans on).
"""

from typing import Any

from auscult.analyzers._contract import Analyzer, SwitchedOff, Unknown
from auscult.analyzers.churn_risk import ChurnRisk
from auscult.analyzers.configured_intents import ConfiguredIntents
from auscult.analyzers.emotions import Emotions
from auscult.analyzers.escalation import Escalation
from auscult.analyzers.habits import Habits
from auscult.analyzers.intents import Intents
from auscult.analyzers.language import Language
from auscult.analyzers.resolution import Resolution
from auscult.analyzers.sentiment import Sentiment
from auscult.analyzers.speech import Speech
from auscult.analyzers.summary import Summary
from auscult.analyzers.topics import Topics
from auscult.domain.shelf import Shelf

__all__ = ["ANALYZERS", "Analyzer", "SwitchedOff", "Unknown"]

ANALYZERS: Shelf[Analyzer[Any]] = Shelf(
    {
        "language": Language(),
        "escalation": Escalation(),
        "churn_risk": ChurnRisk(),
        "resolution": Resolution(),
        "sentiment": Sentiment(),
        "emotions": Emotions(),
        "intents": Intents(),
        "topics": Topics(),
        "configured_intents": ConfiguredIntents(),
        "speech": Speech(),
        "habits": Habits(),
        "summary": Summary(),
    }
)
