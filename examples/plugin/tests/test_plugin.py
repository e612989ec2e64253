"""The plug-in held to auscult's contracts, and tried where it is special."""

from auscult_example.by_brevity import ByBrevity, Settings
from auscult_example.politeness import Politeness, PoliteWords
from auscult_example.script import Script
from auscult_example.trigrams import Trigrams

from auscult.domain.insight import Insights
from auscult.domain.probe import Similarity
from auscult.testing import AnalyzerContract, EngineContract, FormatContract, MetricTypeContract, talk


class TestByBrevity(MetricTypeContract):
    """A metric type."""

    variant = ByBrevity()
    examples = ({}, {"most_words": 3})

    def test_a_turn_may_be_as_long_as_is_said(self) -> None:
        """The limit itself is within; what is longer is shown."""
        settings = Settings(most_words=3)
        assert self.variant.judge(settings, talk("agent: one two three"), {}).qualification == "YES"
        verdict = self.variant.judge(settings, talk("agent: hi", "agent: one two three four"), {})
        assert (verdict.qualification, [each.turn_id for each in verdict.evidence]) == ("NO", ["m2"])
        assert self.variant.judge(settings, talk("customer: one two three four"), {}).qualification == "NA"

    def test_no_limit_is_no_setting(self) -> None:
        """What can never be met is a problem of the form."""
        assert [field for field, _ in self.variant.problems(Settings(most_words=0))] == ["most_words"]


class TestPoliteness(AnalyzerContract):
    """An analyzer."""

    variant = Politeness()

    def test_counts_each_side(self) -> None:
        """Words, whatever their case, with the turns they are in."""
        conversation = talk("agent: Please wait. Thanks!", "customer: ok", "customer: Thank you.")
        assert self.variant.analyze(conversation, {}, Insights()) == PoliteWords(2, 1, ("m1", "m3"))


class TestScript(FormatContract):
    """A format."""

    variant = Script()
    document = b"""# c-1 chat 2026-03-23T10:17:54Z 2026-03-23T10:19:00Z
agent: hello
customer: hi

# c-2 voice 2026-03-23T10:20:00Z 2026-03-23T10:21:00Z
agent: ok
"""
    count = 2


class TestTrigrams(EngineContract):
    """An engine."""

    variant = Trigrams()
    probes = (Similarity(("good morning", "goodbye"), ("Good morning!", "parcel")), Similarity(("a",), ()))
