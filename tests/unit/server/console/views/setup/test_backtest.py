"""The page of a back-test, as a reader sees it."""

from datetime import UTC, datetime

import pytest

from auscult.domain.evaluation import Qualification
from auscult.domain.history.backtest import MetricShift, Shift, Standing
from auscult.server.console.language import speaking
from auscult.server.console.reader import Reader
from auscult.server.console.views.setup.backtest import backtest_page, changed_line
from auscult.services.history.backtests import BacktestLine, BacktestView, SideLine

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def shift(name: str, before: Qualification | None, after: Qualification | None, points: float) -> MetricShift:
    """The part of one metric in a changed score."""
    return MetricShift(
        id="em-1", name=name, before=before, after=after, points=points, is_fatal=False, evidence=(), reason=""
    )


def test_what_changes_is_in_the_reader_s_words() -> None:
    """Answers are translated, one that stays shows what it gives now, and the score comes first."""
    found = Shift(
        conversation_id="c-1",
        started_at=NOW,
        before=Standing(form_id="ef-1", form_version=1, score=83, passed=True, fatal_errors=0),
        after=Standing(form_id="ef-1", form_version=2, score=100, passed=True, fatal_errors=0),
        metrics=(shift("Greeting", "YES", "YES", 90.0), shift("Empathy", "NO", None, 0.0)),
    )
    with speaking("de"):
        reader = Reader(language="de", timezone=UTC, now=NOW)
        assert changed_line(found, reader) == "Score 83 \u2192 100: Greeting Ja (+90,0), Empathy Nein \u2192 \u2013"


def side(scored: int) -> SideLine:
    """Results on one side, all of them with a score of 90, or none with any."""
    return SideLine(
        scored=scored, mean=90.0 if scored else None, passed=scored, failed=0, undecided=0, no_score=0, no_form=0,
        pass_rate=1.0 if scored else None, fatal=0, scores=(),
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
    line = BacktestLine(
        form_id="ef-1", version=None, looked=80, counted=counted, left=0, unjudged=0, failed=0, unchanged=counted - gained,
        gained=gained, lost=0, flow={}, decided_by={}, before=side(scored), after=side(scored), metrics=(),
        most_changed=(), judge=None, reason=None,
    )  # fmt: skip
    found = BacktestView(
        id="bt-1", state="done", total=80, looked=80, created_at=NOW, ended_at=NOW, reason=None, result=line
    )
    with speaking("en"):
        page = backtest_page(found, "ef-1", "Cards", Reader(language="en", timezone=UTC, now=NOW), "/console")
    assert (page.sentence, page.form_name) == (sentence, "Cards")
