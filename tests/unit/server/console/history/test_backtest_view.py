"""The page of a back-test, as a reader sees it."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auscult.domain.evaluation import Qualification
from auscult.domain.history.backtest import MetricShift, Shift, Standing
from auscult.language import speaking
from auscult.server.console.frame.reader import Reader
from auscult.server.console.history.backtest_view import BacktestPage, MovedRow, backtest_page
from auscult.services.history.backtests import BacktestLine, BacktestView, MetricRates, RateLine, SideLine

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def shift(name: str, before: Qualification | None, after: Qualification | None, points: float) -> MetricShift:
    """The part of one metric in a changed score."""
    return MetricShift(
        id="em-1", name=name, before=before, after=after, points=points, is_fatal=False, evidence=(), reason=""
    )


def side(scored: int) -> SideLine:
    """Results on one side, all of them with a score of 90, or none with any."""
    return SideLine(
        scored=scored, mean=90.0 if scored else None, passed=scored, failed=0, undecided=0, no_score=0, no_form=0,
        pass_rate=1.0 if scored else None, fatal=0, scores=(),
    )  # fmt: skip


def page_of(result: BacktestLine | None, words: dict[str, str], language: str = "en", looked: int = 80) -> BacktestPage:
    """The page of a back-test of 80 conversations."""
    found = BacktestView(
        id="bt-1", state="done" if result else "running", total=80, looked=looked, created_at=NOW, ended_at=NOW,
        reason=None, result=result,
    )  # fmt: skip
    with speaking(language):
        reader = Reader(language=language, timezone=UTC, now=NOW)
        return backtest_page(found, "ef-1", "Cards", words, reader, "/console")


def test_what_changes_is_in_the_reader_s_words() -> None:
    """Answers are translated, one that stays shows what it gives now; who may not see a conversation reads no row of it."""
    found = Shift(
        conversation_id="c-1",
        started_at=NOW,
        before=Standing(form_id="ef-1", form_version=1, score=83, passed=False, fatal_errors=0),
        after=Standing(form_id="ef-1", form_version=2, score=100, passed=True, fatal_errors=0),
        metrics=(shift("Greeting", "YES", "YES", 90.0), shift("Empathy", "NO", None, 0.0)),
    )
    result = replace(line(75, 75, 1), most_changed=(found, replace(found, conversation_id="c-2")))
    (row,) = page_of(result, {"c-1": "Wo ist mein Paket?"}, "de").moved
    assert row == MovedRow(
        href="/console/conversations/c-1",
        words="Wo ist mein Paket?",
        what="Greeting Ja (+90,0), Empathy Nein \u2192 \u2013",
        before="83",
        after="100",
        result="pass",
    )


def test_places_of_a_metric() -> None:
    """Shares are places from 0 to 100; a metric that is asked of nobody has none."""
    rate = RateLine(yes=1, no=3, na=0, pending=0, met=1, missed=3, adherence=0.25)
    nobody = RateLine(yes=0, no=0, na=4, pending=0, met=0, missed=0, adherence=None)
    metrics = (
        MetricRates(id="em-1", name="Greeting", before=rate, after=nobody),
        MetricRates(id="em-2", name="Help", before=None, after=rate),
    )
    found = page_of(replace(line(75, 75, 0), metrics=metrics, unjudged=2, left=1), {})
    assert [(each.start, each.end, each.before, each.after) for each in found.metrics] == [
        (25.0, None, "25.0%", "\u2013"),
        (None, 25.0, "\u2013", "25.0%"),
    ]
    assert [each.split(" ")[0] for each in found.notes] == ["2", "1"]


def test_a_running_one_has_a_place() -> None:
    """How many were read of how many is shown while it runs."""
    found = page_of(None, {}, looked=20)
    assert (found.is_open, found.looked, found.total, found.progress) == (True, 20, 80, "20 of 80")


def line(counted: int, scored: int, gained: int) -> BacktestLine:
    """The result of a back-test."""
    return BacktestLine(
        form_id="ef-1", version=None, looked=80, counted=counted, left=0, unjudged=0, failed=0, unchanged=counted - gained,
        gained=gained, lost=0, flow={}, decided_by={}, before=side(scored), after=side(scored), metrics=(),
        most_changed=(), judge=None, reason=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counted", "scored", "gained", "sentence"),
    [
        (0, 0, 0, "The form is for none of these conversations."),
        (75, 0, 0, "None of 75 conversations has a score, before or after: too short, or of unknown length."),
        (75, 75, 0, "None of 75 conversations changes between passing and failing."),
        (75, 75, 2, "Of 75 conversations 2 would pass that failed, and 0 fail that passed."),
    ],
)
def test_the_effect_in_a_sentence(counted: int, scored: int, gained: int, sentence: str) -> None:
    """Conversations without a score are not reported as unchanged."""
    page = page_of(line(counted, scored, gained), {})
    assert (page.sentence, page.form_name) == (sentence, "Cards")
