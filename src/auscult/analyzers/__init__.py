"""SHELF: what there is to find in a conversation. One analyzer a file, and one line here.

In this order: each may read what those above it found (language, then what sentiment leans on).
"""

from typing import Any

from auscult.analyzers._contract import Analyzer, SwitchedOff, Unknown
from auscult.analyzers.outcome.churn_risk import ChurnRisk
from auscult.analyzers.outcome.escalation import Escalation
from auscult.analyzers.outcome.resolution import Resolution
from auscult.analyzers.outcome.summary import Summary
from auscult.analyzers.sentiment.emotions import Emotions
from auscult.analyzers.sentiment.sentiment import Sentiment
from auscult.analyzers.sides_look_swapped import SidesLookSwapped
from auscult.analyzers.speech.habits import Habits
from auscult.analyzers.speech.language import Language
from auscult.analyzers.speech.speech import Speech
from auscult.analyzers.topics.configured_intents import ConfiguredIntents
from auscult.analyzers.topics.intents import Intents
from auscult.analyzers.topics.topics import Topics
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
        "sides_look_swapped": SidesLookSwapped(),
    }
)
