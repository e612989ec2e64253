from datetime import UTC, datetime

import msgspec

from auscult.domain.directory import NO_ALIASES
from auscult.domain.insight import Insights
from auscult.domain.record import Record
from auscult.domain.scoring.stored import EvaluatedConversation
from auscult.domain.tenancy import LATEST, Wire
from auscult.reports import REPORTS
from auscult.reports.scorereporting import ScoreReporting
from auscult.services.scoring.render import render
from tests.integration.working import TENANT, conversation
from tests.strategies import evaluation_of

DECIDED = evaluation_of(revision=3, evaluated_at=datetime(2026, 3, 23, tzinfo=UTC))


class Silent(ScoreReporting):
    """A report that never lists anything."""

    def row(self, record: Record, wire: Wire = "off") -> bytes | None:
        """Nothing."""
        assert (record.tenant, record.revision, wire) == (TENANT, 3, LATEST)


def test_a_conversation_has_one_row_in_each_report_that_lists_it() -> None:
    """Rows are finished JSON, by the name of their report; one that lists it not at all has none."""
    reports = {**REPORTS, "silent": Silent()}
    case = EvaluatedConversation(conversation=conversation("c-1"), evaluation=DECIDED, insights=Insights(language="de"))
    rendered = render(TENANT, case, reports, NO_ALIASES)
    assert (rendered.conversation, rendered.evaluation) == (conversation("c-1"), DECIDED)
    assert rendered.insights == case.insights
    assert "silent" not in rendered.rows
    assert msgspec.json.decode(rendered.rows["scorereporting"].splitlines()[0])["conversationId"] == "c-1"
