"""The page of a back-test, as a reader sees it."""

from datetime import UTC, datetime

from auscult.domain.evaluation import Qualification
from auscult.domain.history.backtest import MetricShift, Shift, Standing
from auscult.server.console.language import speaking
from auscult.server.console.reader import Reader
from auscult.server.console.views.setup.backtest import changed_line

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
        assert changed_line(found, reader) == "Score 83 zu 100: Greeting Ja (+90,0), Empathy Nein zu \u2013"
