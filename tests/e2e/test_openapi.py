"""What the APIs promise of themselves, tried by a machine that reads the promise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from auscult.reports import REPORTS
from tests.e2e.serving import DAY, STRANGER, TENANT, Service, database, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server without a rate limit, on a file."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    with database("sqlite", "", folder) as url, serving(url, state_dir=str(folder), rate_limit=0) as found:
        found.client = found.new_client(*(scope for report in REPORTS.values() for scope in report.scopes))
        yield found


NAMES = {"streamId": TENANT.app_id, "botId": TENANT.app_id, "accountId": TENANT.account_id}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_described(served: Service, mode: GenerationMode) -> None:
    """Rule 17: whatever is sent, no answer is a 5xx, and each is one that the description names, in its shape."""
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json")
    seen: set[int] = set()
    reached: set[str] = set()

    def tried(operation: Any) -> None:
        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans(), is_dated=st.booleans())
        def try_one(case: Case, *, is_known: bool, is_dated: bool) -> None:
            if is_known and case.path_parameters:
                case.path_parameters.update({name: NAMES[name] for name in case.path_parameters if name in NAMES})
                case.headers.update(served.headers(iId=TENANT.app_id))
            if is_dated and isinstance(case.body, dict):
                case.body.update(DAY | {"from": DAY["startDate"], "to": DAY["endDate"]})
            answer = case.call()
            seen.add(answer.status_code)
            if answer.status_code == 200:
                reached.add(operation.path)
            case.validate_response(answer, checks=CHECKS)

        try_one()

    for operation in schema.get_all_operations():
        if (found := operation.ok()).method == "post" or mode is GenerationMode.POSITIVE:
            tried(found)
    if mode is GenerationMode.POSITIVE:
        assert reached >= {report.paths[0] for report in REPORTS.values()}
    assert seen >= ({200, 400, 401} if mode is GenerationMode.POSITIVE else {400, 401})


def test_a_stranger_sees_nothing_in_it(served: Service) -> None:
    """The description is of the APIs, not of anybody's data."""
    text = served.http.get(served.url + "/openapi.json").text
    assert TENANT.app_id not in text.split('"')
    assert STRANGER.account_id not in text
