"""A metric type: does the agent keep it short?"""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from auscult.domain.conversation import Channel, Conversation
from auscult.domain.evaluation import Verdict, cite, over
from auscult.domain.form import Scoring
from auscult.domain.insight import Insights
from auscult.domain.probe import Answers, Probe


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a form may say in a metric of this type."""

    most_words: Annotated[int, Meta(description="The longest that a turn of the agent may be, in words.")] = 60


class ByBrevity:
    """YES when no turn of the agent is longer than asked for, NO when one is, NA when the agent never speaks."""

    name: ClassVar[str] = "by_brevity"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice", "chat"})
    scorings: ClassVar[frozenset[Scoring]] = frozenset({"percentage", "points"})
    reads_words: ClassVar[bool] = False
    is_manual: ClassVar[bool] = False

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """What is wrong with the settings: (field, what is wrong and what would be right)."""
        if settings.most_words < 1:
            return (("most_words", f"{settings.most_words} must be 1 or more"),)
        return ()

    def languages(self, settings: Settings) -> frozenset[str] | None:
        """Any: words are counted alike in all."""

    def needs(self, settings: Settings) -> frozenset[type[Probe]]:
        """No engine."""
        return frozenset()

    def unique_key(self, settings: Settings) -> str | None:
        """A form may have several."""

    def is_split(self, settings: Settings) -> bool:
        """There are no parts."""
        return False

    def probes(self, settings: Settings, conversation: Conversation) -> tuple[Probe, ...]:
        """Nothing has to be asked."""
        return ()

    def judge(
        self, settings: Settings, conversation: Conversation, answers: Answers, insights: Insights | None = None
    ) -> Verdict:
        """The verdict, with every turn that is too long."""
        turns = [turn for turn in conversation.turns if turn.speaker == "agent"]
        if not turns:
            return Verdict(qualification="NA", reason="the agent never speaks")
        too_long = tuple(
            cite(turn, f"{count} words") for turn in turns if (count := len(turn.text.split())) > settings.most_words
        )
        if not too_long:
            longest = max(len(turn.text.split()) for turn in turns)
            figure = over(turns, f"the longest turn has {longest} words")
            reason = f"no turn has more than {settings.most_words} words"
            return Verdict(qualification="YES", evidence=(figure,), reason=reason)
        return Verdict(
            qualification="NO",
            evidence=too_long,
            reason=f"{len(too_long)} turns have more than {settings.most_words} words",
        )
