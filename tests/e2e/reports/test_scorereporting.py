"""The first report on a real server (rules 16 to 24), and sample scorereporting from end to end."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import pytest

from auscult.domain.tenancy import Tenant
from tests.data_files import data_of
from tests.e2e.serving import DAY, GOLDEN, PATH, TENANT, Service, told

SAMPLE: dict[str, Any] = msgspec.json.decode((GOLDEN / "scorereporting.response.json").read_bytes())
IDS = [row["conversationId"] for row in SAMPLE["results"]]
ACCOUNT_PATH = "/api/public/QualityManagement/account/acc-1/v1/ScoreReporting"


def ids(answer: httpx.Response) -> list[str]:
    """The conversations of a page."""
    assert answer.status_code == 200, answer.text
    return [row["conversationId"] for row in answer.json()["results"]]


def test_the_sample_comes_back(service: Service) -> None:
    """Sample scorereporting: byte for byte, and the totals that belong to six rows."""
    answer = service.ask()
    rows = msgspec.json.encode(SAMPLE["results"])
    assert answer.content == b'{"results":' + rows + b',"totalResults":6,"hasMore":false,"totalPages":1}'
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == list(SAMPLE)


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        "/agentassist/api/v1/public/qualitymanagement/app/{app}/scorereporting",
        "/api/v1/public/qualitymanagement/app/{app}/scorereporting",
        "//qualityai//api/v1/public/QualityManagement/app/{app}/ScoreReporting/",
        ACCOUNT_PATH,
        ACCOUNT_PATH.lower(),
        "/" + ACCOUNT_PATH,
    ],
)
def test_path_aliases(service: Service, path: str) -> None:
    """Rule 22: path aliases, double slashes, any letter case."""
    assert ids(service.ask(path=path)) == IDS


def test_app_of_an_account_path(service: Service) -> None:
    """Rule 16: the iId header names the app where the path names the account, which then needs no other header."""
    alone = service.headers(accountId=None, orgId=None)
    assert ids(service.ask(path=ACCOUNT_PATH, headers=alone)) == IDS
    assert ids(service.ask(path=ACCOUNT_PATH, headers={**alone, "iId": TENANT.app_id})) == IDS
    for wrong in ({"iId": "st-2"}, {"orgId": "o-2"}, {"accountId": "acc-2"}):
        answer = service.ask(path=ACCOUNT_PATH, headers={**alone, **wrong})
        assert told(answer)["reason"] == "tenant.unknown"
    assert told(service.ask(path=ACCOUNT_PATH.replace("acc-1", "acc-2"), headers=alone))["reason"] == "tenant.unknown"


def test_header_names_in_any_case(service: Service) -> None:
    """Rule 22: header names in any case, unknown headers passed over."""
    headers = {name.upper(): value for name, value in service.headers(referer="smartassist").items()}
    assert ids(service.ask(headers=headers)) == IDS
    assert ids(service.ask(headers={name.lower(): value for name, value in headers.items()})) == IDS


@pytest.mark.parametrize(
    ("body", "indexes"),
    [
        *data_of(__file__, "paging"),
        ({"offset": 2**53 - 1}, []),
        ({"page": 2**53 - 1, "limit": 100}, []),
    ],
)
def test_paging(service: Service, body: dict[str, Any], indexes: list[int]) -> None:
    """Rule 20: offset before page, in order of start; past the end is an empty page."""
    answer = service.ask({**DAY, **body})
    assert ids(answer) == [IDS[index] for index in indexes]
    page = answer.json()
    limit = body.get("limit", 100)
    assert page["totalResults"] == 6
    assert page["totalPages"] == -(-6 // limit)
    skip = body.get("offset", 0) or (body.get("page", 1) - 1) * limit
    assert page["hasMore"] is (skip + len(indexes) < 6)


@pytest.mark.parametrize(("body", "indexes"), data_of(__file__, "times"))
def test_times(service: Service, body: dict[str, Any], indexes: list[int]) -> None:
    """Rule 21: both ends inclusive, to the millisecond; local where an offset is given."""
    assert ids(service.ask(body)) == [IDS[index] for index in indexes]


@pytest.mark.parametrize(("body", "indexes"), data_of(__file__, "filters"))
def test_filters(service: Service, body: dict[str, Any], indexes: list[int]) -> None:
    """Rules 22 and 24: each filter, and keys that nobody knows."""
    assert ids(service.ask({**DAY, **body})) == [IDS[index] for index in indexes]


WRONG: dict[str, tuple[Mapping[str, Any] | bytes, str, str | None, object]] = {
    "reversed": ({"startDate": "2025-02-21", "endDate": "2025-02-20"}, "range.reversed", "endDate", "2025-02-20"),
    "no dates": ({}, "field.missing", "startDate", None),
    "a number": ({**DAY, "startDate": 1}, "field.wrong_type", "startDate", 1),
    "above maximum": ({**DAY, "limit": 101}, "limit.above_maximum", "limit", 101),
    "cursor": ({**DAY, "cursor": "nonsense"}, "cursor.unreadable", "cursor", "nonsense"),
    "direction": ({**DAY, "contact_direction": "up"}, "field.unknown_value", "contact_direction", "up"),
    "channel": ({**DAY, "channels": [1]}, "field.wrong_type", "channels[0]", 1),
    "queue": ({**DAY, "queues": ["\0"]}, "field.wrong_type", "queues[0]", "\0"),
    "array": (b"[]", "body.wrong_type", None, None),
    "empty": (b"", "body.malformed", None, None),
    "deep": (b"[" * 100_000, "body.malformed", None, None),
    "not UTF-8": (b'{"startDate": "\xff"}', "body.malformed", None, None),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_wrong_bodies(service: Service, name: str) -> None:
    """Rule 17: 400 with field, given value, and what would be right."""
    body, reason, field, value = WRONG[name]
    answer = service.ask(body)
    assert answer.status_code == 400
    entry = told(answer)
    assert (entry["code"], entry["reason"], entry.get("field"), entry.get("value")) == (400, reason, field, value)


def test_malformed_json_has_its_position(service: Service) -> None:
    """Rule 17: malformed JSON with its position."""
    assert "line 3, column 14" in told(service.ask(b'{\n  "startDate": "2025-02-21",\n  "endDate": x}'))["msg"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_content_type(service: Service, content_type: str) -> None:
    """Rule 17: 415 for what is not JSON."""
    answer = service.ask(headers=service.headers(Content_Type=content_type))
    assert answer.status_code == 415
    assert told(answer)["code"] == 415


def test_too_large(service: Service) -> None:
    """Rule 17: 413, whether the length is announced or not, and the connection goes on or ends cleanly."""
    large = b'{"x": "' + b"a" * (1 << 20) + b'"}'
    assert told(service.ask(large))["reason"] == "body.too_large"
    pieces = iter([large[:600_000], large[600_000:]])
    url = service.url + PATH.replace("{app}", TENANT.app_id)
    answer = service.http.post(url, content=pieces, headers=service.headers())
    assert (answer.status_code, told(answer)["reason"]) == (413, "body.too_large")
    assert ids(service.ask()) == IDS


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_wrong_method(service: Service, method: str) -> None:
    """Rule 17: 405, 405, in the vendor's words."""
    answer = service.ask(method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    if method != "HEAD":
        assert (told(answer)["code"], told(answer)["msg"]) == (405, "Method Not Allowed")


@pytest.mark.parametrize(
    "path", ["/nope", PATH + "/more", "/qualityai/api/v1/public/qualitymanagement/app//scorereporting"]
)
def test_unknown_path(service: Service, path: str) -> None:
    """Rule 17: 404 for a path that nothing is served at, token or not."""
    answer = service.ask(path=path)
    assert answer.status_code == 404
    assert told(answer)["reason"] == "path.unknown"


def test_every_answer_is_guarded(service: Service) -> None:
    """Answers carry guards for browsers and the request's id, and tell nothing of the server's make."""
    for answer in (
        service.ask(),
        service.ask(b"{"),
        service.ask(path="/nope"),
        service.http.get(service.url + "/healthz"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
        assert answer.headers["x-request-id"]
    assert service.ask(headers=service.headers(x_request_id="mine-1")).headers["x-request-id"] == "mine-1"
    assert service.ask(headers=service.headers(x_request_id="not sane!")).headers["x-request-id"] != "not sane!"


@pytest.mark.landing
def test_health_and_documentation_are_open(service: Service) -> None:
    """A supervisor and a reader need no token, and cost no limit."""
    for path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        answer = service.http.get(service.url + path)
        assert answer.status_code == 200
        assert "ratelimit-limit" not in answer.headers


def test_several_apps_of_an_account(service: Service) -> None:
    """Rule 16: without iId the account's path lists all apps that the client may read, in one order, once each."""
    second = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-3")
    service.store.ensure(second)
    both = service.new_client(apps=frozenset({TENANT.app_id, second.app_id}))
    headers = service.headers(auth=service.token(both), accountId=None, orgId=None)
    assert ids(service.ask(path=ACCOUNT_PATH, headers=headers)) == IDS
    page = service.ask({**DAY, "limit": 4, "page": 2}, path=ACCOUNT_PATH, headers=headers)
    assert ids(page) == IDS[4:]
    assert page.json()["totalResults"] == 6
