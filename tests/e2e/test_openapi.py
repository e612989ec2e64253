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
from auscult.server.api import OPERATIONS
from tests.e2e.serving import DAY, STRANGER, TENANT, Service, database, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server without a rate limit, on a file."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    with database("sqlite", "", folder) as url, serving(url, state_dir=str(folder), rate_limit=0) as found:
        found.client = found.new_client(*(scope for report in REPORTS.values() for scope in report.scopes))
        yield found


NAMES = {"streamId": TENANT.app_id, "botId": TENANT.app_id, "accountId": TENANT.account_id}
GIVEN = {"auditor": "Ada", "by": "Grace", "answers": [], "comment": "Well."}
"""Values that are always right, which chance comes upon seldom."""
OWN = r"^/api/v1/(?!public/)"
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
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json").exclude(path_regex=OWN)
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


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_of_our_own_api_is_described(served: Service, mode: GenerationMode) -> None:
    """The same of our own API, asked by a client that may do everything, half of the time about what is there."""
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json").include(path_regex=OWN)
    scopes = ("conversations:write", "forms:write", "audits:write")
    token = served.token(served.new_client(*scopes))
    recorded = served.store.within(TENANT).conversations.rerender("", 100)
    scored = next(each.conversation.id for each in recorded if each.evaluation.form)
    names = {"conversation_id": scored, "form_id": "ef-golden-inbound"}
    seen: dict[str, set[int]] = {}

    def tried(operation: Any) -> None:
        statuses = seen.setdefault(operation.label, set())

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans(), is_named=st.booleans())
        def try_one(case: Case, *, is_known: bool, is_named: bool) -> None:
            if is_named and isinstance(case.body, dict):
                case.body.update({name: GIVEN[name] for name in case.body if name in GIVEN})
            if is_known and case.method != "DELETE":
                case.path_parameters.update({name: names[name] for name in case.path_parameters})
            if is_known:
                case.headers.update({"auth": token})
                case.query.pop("app", None)
            if str(case.query.get("wait", "")).isdigit():
                case.query["wait"] = 0
            answer = case.call()
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        try_one()

    for operation in schema.get_all_operations():
        tried(operation.ok())
    if mode is GenerationMode.POSITIVE:
        # A form that can be published, and an audit that can be submitted, nobody comes upon by chance.
        hard = {"POST /api/v1/forms", "POST /api/v1/audits/{conversation_id}/submit"}
        assert {label for label, statuses in seen.items() if not statuses & {200, 202, 204}} <= hard
    assert len(seen) == len(OPERATIONS)


def test_a_stranger_sees_nothing_in_it(served: Service) -> None:
    """The description is of the APIs, not of anybody's data."""
    text = served.http.get(served.url + "/openapi.json").text
    assert TENANT.app_id not in text.split('"')
    assert STRANGER.account_id not in text
