"""Sample scorereporting (rule 23): the sample's six conversations go in as native documents and come out as the sample shows them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.record import Record
from auscult.domain.scoring.stored import PendingConversation
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.metrics import METRICS
from auscult.reports.scorereporting import ScoreReporting
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file

HERE = Path(__file__).parents[1]
TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")
SAMPLE: dict[str, Any] = msgspec.json.decode((HERE / "scorereporting.response.json").read_bytes())


@pytest.fixture(scope="module")
def rows() -> list[bytes]:
    """The rendered rows, in order of start."""
    forms = [
        read_form((HERE / f"scorereporting.{name}.yaml").read_bytes(), 1) for name in ("inbound", "outbound", "chat")
    ]
    conversations = list(read_file(HERE / "scorereporting.conversations.ndjson", TENANT.app_id, Limits()))
    batch = [PendingConversation(conversation=conversation, revision=1) for conversation in conversations]
    judged = Evaluator(METRICS, {}).evaluate(batch, forms, datetime(2025, 2, 22, tzinfo=UTC))
    records = [
        Record(tenant=TENANT, conversation=pending.conversation, revision=1, evaluation=evaluation)
        for pending, (evaluation, _) in zip(batch, judged, strict=True)
    ]
    records.sort(key=lambda record: (record.conversation.started_at, record.conversation.id))
    return [ScoreReporting().row(record) for record in records]


@pytest.mark.parametrize("number", range(6))
def test_row_is_the_samples(rows: list[bytes], number: int) -> None:
    """Rules 1 to 4 and 23: byte for byte, the order of keys included."""
    assert rows[number] == msgspec.json.encode(SAMPLE["results"][number])
