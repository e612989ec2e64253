"""What the APIs promise of themselves, tried by a machine that reads the promise."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks

from auscult.cli.operations.clients import SCOPES
from auscult.reports import REPORTS
from tests.data_files import data_of, lines_of
from tests.databases import database
from tests.e2e.named import FOR_PEOPLE, names_in, person_of
from tests.e2e.serving import DAY, GOLDEN_SAMPLE, STRANGER, TENANT, Service, serving
from tests.tiers import TIER, by_tier
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.night


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Service]:
    """A server without a rate limit, on a file. Each test has its own: what is tried may erase everything."""
    inbox = str(tmp_path / "inbox")
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), connector_folders=inbox, rate_limit=0) as found,
    ):
        found.client = found.new_client(*(scope for report in REPORTS.values() for scope in report.scopes))
        yield found


NAMES = {"streamId": TENANT.app_id, "botId": TENANT.app_id, "accountId": TENANT.account_id}
GIVEN = data_of(__file__, "given")
"""Values that are always right, which chance comes upon seldom."""
SELDOM = frozenset(lines_of(Path(__file__).with_name("seldom_reached.txt")))
"""Operations that chance does not reach."""
MOSTLY = st.sampled_from((True, True, True, False))
"""So often that each operation is sure to be reached: what is drawn changes with every change of the test."""
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
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json", timeout=PATIENCE_S).exclude(path_regex=OWN)
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
            answer = case.call(timeout=PATIENCE_S)
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


@pytest.mark.landing
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_of_our_own_api_is_described(served: Service, mode: GenerationMode) -> None:
    """The same of our own API, asked by a client that may do everything, mostly about what is there."""
    schema = schemathesis.openapi.from_url(served.url + "/openapi.json", timeout=PATIENCE_S).include(path_regex=OWN)
    scopes = tuple(scope for scope in SCOPES if scope.endswith(":write"))
    token = served.token(served.new_client(*scopes))
    names = names_in(served)
    person = person_of(served, names)
    seen: dict[str, set[int]] = {}
    # What is right is come upon seldom, what is wrong at once.
    examples = by_tier(2, night=25 if mode is GenerationMode.POSITIVE else 10)

    def tried(operation: Any) -> None:
        statuses = seen.setdefault(operation.label, set())

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode), is_known=MOSTLY, is_named=MOSTLY)
        def try_one(case: Case, *, is_known: bool, is_named: bool) -> None:
            if is_named and isinstance(case.body, dict):
                case.body.update({name: GIVEN[name] for name in case.body if name in GIVEN})
            if is_known and case.method != "DELETE":
                case.path_parameters.update({name: names[name] for name in case.path_parameters if name in names})
            if is_known:
                case.headers.update({"auth": person if case.path.startswith(FOR_PEOPLE) else token})
                case.query.pop("app", None)
            if str(case.query.get("wait", "")).isdigit():
                case.query["wait"] = 0
            answer = case.call(timeout=PATIENCE_S)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        try_one()

    for operation in schema.get_all_operations():
        # Signing out takes no parameter, no body and no sign-in: nothing could be sent wrong.
        if mode is GenerationMode.POSITIVE or operation.ok().label != "DELETE /api/v1/session":
            tried(operation.ok())
    if mode is GenerationMode.POSITIVE and TIER == "night":  # fewer examples reach fewer operations
        # What there is, nobody deletes here.
        missed = {label for label, statuses in seen.items() if not statuses & {200, 201, 202, 204}}
        missed -= SELDOM
        unreached = sorted(label for label in missed if not label.startswith("DELETE"))
        assert unreached == []
    own = [
        path for path in served.http.get(served.url + "/openapi.json").json()["paths"].items() if re.match(OWN, path[0])
    ]
    left_out = int(mode is GenerationMode.NEGATIVE)
    assert len(seen) == sum(len(methods) for _, methods in own) - left_out


def test_a_stranger_sees_nothing_in_it(served: Service) -> None:
    """The description is of the APIs, not of anybody's data."""
    text = served.http.get(served.url + "/openapi.json").text
    assert STRANGER.app_id not in text.split('"')
    assert STRANGER.account_id not in text
