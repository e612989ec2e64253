"""Golden conversations on their way from the native format, through a store, to a report's page."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from auscult.domain.conversation import Conversation
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits, Rejected
from auscult.metrics import METRICS
from auscult.reports import REPORTS, _wires
from auscult.reports._contract import ReportRequest
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.process import Processing
from auscult.storage.store import Store
from tests.golden.rendering import HERE

TENANT = Tenant(account_id="acc-1", org_id="o-1", app_id="st-1")


def conversations(name: str) -> list[Conversation]:
    """The golden conversations of a report, read."""
    read = list(read_file(HERE / f"{name}.conversations.ndjson", TENANT.app_id, Limits()))
    return [one for one in read if not isinstance(one, Rejected)]


def publish(store: Store, *files: str) -> None:
    """Publish golden forms."""
    store.ensure(TENANT)
    for file in files:
        document = (HERE / file).read_bytes()
        store.within(TENANT).forms.publish(read_form(document).id, document)


NEVER_ANALYSED = Evaluator(METRICS, {})
"""Judges metrics that need no engine, and analyses nothing."""


def process(store: Store, read: Iterable[Conversation], evaluator: Evaluator = NEVER_ANALYSED) -> None:
    """Take conversations from accepted to recorded."""
    processing = Processing(store, evaluator, REPORTS, lambda: datetime(2026, 3, 24, tzinfo=UTC))
    accepted = store.within(TENANT).conversations.accept(list(read))
    finished = processing.evaluate(accepted.batch_id or "")
    assert finished is not None
    assert finished.faults == ()
    processing.record(finished)


def page(store: Store, report: str, **body: Any) -> bytes:
    """One page of a report, as it would be answered."""
    request = ReportRequest(path={}, headers={}, query={}, body=body)
    query = REPORTS[report].query(request, (TENANT.app_id,), REPORTS[report].limits)
    return REPORTS[report].page(request, query, _wires.shown(store.within(TENANT).conversations.page(query), "off"))


def rows(store: Store, report: str, **body: Any) -> list[dict[str, Any]]:
    """The rows of one page."""
    return msgspec.json.decode(page(store, report, **body))["results"]


def without(row: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """A row without some of its keys; each must be there."""
    assert row.keys() >= set(keys)
    return {key: value for key, value in row.items() if key not in keys}
