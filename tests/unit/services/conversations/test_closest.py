"""What came closest where nothing was found: words of a turn, shown beside a NO and deciding nothing."""

from decimal import Decimal
from typing import Any

from auscult.domain.evaluation import Evidence, MetricResult, Verdict, answered
from auscult.domain.form import Metric
from auscult.services.conversations.closest import closest, closest_of, is_miss
from tests.strategies import cited, talk
from tests.waiting import existing

SPOKEN = talk(
    "agent: Hi. Could you tell me which number the account has?",
    "customer: Is there anything else that you need?",
    "agent: No. Thank you for the call.",
    id="c-1",
)


def result(verdict: Verdict, **answer: Any) -> MetricResult:
    """A metric that looks for this answer, with its verdict."""
    metric = Metric(
        id="em-one", name="One", type="by_question", weight=Decimal(1), fatal=False, settings={"answer": answer}
    )
    return MetricResult(metric=metric, verdict=verdict)


NOT_FOUND = cited("NO", reason="not found in the agent's turns")


def test_the_sentence_with_most_words_in_common() -> None:
    """Of phrases, the sentence of the right speaker that shares most of the words."""
    one = result(NOT_FOUND, speaker="agent", any_of=[{"phrases": ["what is your account number"]}])
    near = existing(closest(one, SPOKEN))
    assert (near.turn_id, near.text) == (SPOKEN.turns[0].id, "Could you tell me which number the account has?")
    assert closest_of((one,), SPOKEN) == {"em-one": near}


def test_within_its_window_and_speaker_alone() -> None:
    """What others say, or what is said outside the window, is not close: nobody looked there."""
    phrases = [{"phrases": ["is there anything else you need"]}]
    assert closest(result(NOT_FOUND, speaker="agent", any_of=phrases), SPOKEN) is None
    assert closest(result(NOT_FOUND, speaker="customer", any_of=phrases), SPOKEN) is not None
    account = [{"phrases": ["what is your account number"]}]
    assert closest(result(NOT_FOUND, speaker="agent", window={"last": "1 turn"}, any_of=account), SPOKEN) is None


def test_a_pack_is_compared_by_its_sentences() -> None:
    """A wording pack is compared by the sentences that prove it."""
    one = result(NOT_FOUND, speaker="customer", any_of=[{"wording": "en/further_help@1"}])
    assert existing(closest(one, SPOKEN)).text.startswith("Is there anything else")


def test_nothing_where_the_answer_was_found_or_is_left_out() -> None:
    """A YES, an NA, and a NO with grounds of its own have nothing that came closest."""
    line = {"any_of": [{"phrases": ["what is your account number"]}]}
    for verdict in (
        cited("YES"),
        Verdict(qualification="NA", reason="not found in the agent's turns, and excused, because of it"),
        Verdict(qualification="NO", reason="not found in it", evidence=(Evidence(turn_id="m1", text="Hi"),)),
    ):
        assert closest(result(verdict, **line), SPOKEN) is None


def test_a_nearest_miss_of_meaning_is_a_miss() -> None:
    """Evidence below its threshold is what came near, and evidence that was found is not."""
    below = Evidence(turn_id="m1", text="Hi", similarity=0.4, threshold=0.5)
    assert is_miss(result(Verdict(qualification="NO", evidence=(below,))), below)
    assert not is_miss(result(answered("YES", [below])), below)
    found = Evidence(turn_id="m1", text="Hi")
    assert not is_miss(result(Verdict(qualification="NO", evidence=(found,), reason="said what is barred")), found)
