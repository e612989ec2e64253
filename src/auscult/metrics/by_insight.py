"""A question that analysis answers for every conversation: was the request met, was something observed?

The verdict is the insight, so that a report never shows two answers to one question.
Settings, semantics and examples for users: docs/reference/metrics/by_insight.md.
"""

from typing import ClassVar, Literal

from msgspec import UNSET, Struct

from auscult.domain.conversation import Conversation
from auscult.domain.errors import coded
from auscult.domain.evaluation import Verdict, answered, grounds, nothing_in
from auscult.domain.insight import Flag, Insights, Outcome
from auscult.domain.probe import Answers
from auscult.metrics._contract import Base

_UNKNOWN = {
    "resolution": coded("resolution was not analysed"),
    "escalation": coded("escalation was not analysed"),
    "churn_risk": coded("churn_risk was not analysed"),
}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """The keys of a metric of this type: the field of the insights that answers it."""

    insight: Literal["resolution", "escalation", "churn_risk"]
    question: str = ""


class ByInsight(Base[Settings]):
    """The answer of an insight: YES, NO or NA for ``resolution``; YES where a flag was observed, else NO."""

    name: ClassVar[str] = "by_insight"
    settings_type: ClassVar[type[Struct]] = Settings

    def unique_key(self, settings: Settings) -> str | None:
        """Return the insight: one answer is not asked for twice on a form."""
        return settings.insight

    def judge(
        self,
        settings: Settings,
        conversation: Conversation,
        answers: Answers,  # noqa: ARG002 as above
        insights: Insights | None = None,
    ) -> Verdict:
        """Return the insight as a verdict, with its evidence; NA with the reason where it is not known."""
        found: Outcome | Flag | None = getattr(insights, settings.insight, None)
        if insights is None or found is None:
            known = insights.unknown.get(settings.insight, "") if insights else coded("nothing was analysed")
            return Verdict(qualification="NA", reason=known or _UNKNOWN[settings.insight])
        confidence = None if found.confidence is UNSET else found.confidence
        if isinstance(found, Flag):
            if found.observed:
                return Verdict(qualification="YES", evidence=grounds(found.evidence), confidence=confidence)
            return Verdict(qualification="NO", evidence=(nothing_in(conversation.turns),), confidence=confidence)
        reason = coded("the customer asks for nothing") if found.resolution == "NA" else found.doubt or ""
        evidence = found.evidence or ((nothing_in(conversation.turns),) if found.resolution == "NO" else ())
        return answered(found.resolution, evidence, reason=reason, certain=found.doubt is UNSET, confidence=confidence)
