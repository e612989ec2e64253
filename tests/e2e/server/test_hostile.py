"""Input that breaks parsers and paths, sent to every operation of our own API and of SCIM: each refuses it."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from litestar.routes import HTTPRoute

from auscult.cli.operations.clients import SCOPES
from auscult.server.problems import MEDIA_TYPE as PROBLEM
from auscult.server.problems import SCIM, SCIM_TYPE
from tests.databases import database
from tests.e2e.named import names_in
from tests.e2e.serving import GOLDEN_SAMPLE, Service, serving
from tests.golden.interfaces import OPENAPI

pytestmark = pytest.mark.landing

FAR = ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31")
IDS = (".", "..", "a\0b")
DEEP = (b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 400 + b"]" * 400)
TIME = re.compile(r"\d{4}-\d\d-\d\d")
IN_SCIM = {
    "userName": "eve@example.com",
    "displayName": "auditor",
    "members": [{"value": "u-1"}],
    "Operations": [{"op": "add", "path": "members", "value": [{"value": "u-1"}]}],
}


def spoilt(value: Any) -> Iterator[Any]:
    """Yield a JSON value with one text in it replaced, each by each of what is hostile to it."""
    if isinstance(value, str):
        yield from ("a\0b", FAR[0], FAR[2]) if TIME.match(value) else ("a\0b", [["x"]])
    elif isinstance(value, list | dict):
        keys: list[Any] = [*value] if isinstance(value, dict) else [*range(len(value))]
        for key in keys:
            for each in spoilt(value[key]):
                changed: Any = deepcopy(value)
                changed[key] = each
                yield changed


def operations(served: Service) -> Iterator[tuple[str, str, list[Any], Any]]:
    """Yield each operation: its method, its path, the parameters of its query, and an example of its body."""
    for path, methods in msgspec.json.decode(OPENAPI.read_bytes())["paths"].items():
        for method, operation in methods.items() if re.match("/api/v1/(?!public/)", path) else ():
            queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
            content = operation.get("requestBody", {}).get("content")
            yield method.upper(), path, queries, content and content.get("application/json", {}).get("example", {})
    for route in served.application.server_app().litestar.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(SCIM):
            for method in {*route.route_handler_map} - {"OPTIONS", "HEAD"}:
                queries = [{"name": each, "schema": {}} for each in ("filter", "startIndex", "count")]
                yield str(method), route.path_format, queries, IN_SCIM if method in ("POST", "PUT", "PATCH") else None


def requests_of(
    template: str, queries: list[Any], body: Any, ids: dict[str, str]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield hostile paths with their queries, and bodies, to one operation."""
    right = {name: quote(ids.get(name, "x-1"), safe="") for name in re.findall(r"{(\w+)}", template)}
    for name, each in product(right, IDS):
        yield template.format(**right | {name: quote(each, safe="").replace(".", "%2E")}), None
    path = template.format(**right)
    for each in queries:
        for value in FAR if "date" in json.dumps(each["schema"]) else ("a\0b",):
            yield f"{path}?{each['name']}={quote(value)}", None
    if body is not None:
        yield from ((path, content) for content in (*DEEP, *(json.dumps(each).encode() for each in spoilt(body))))


def test_no_operation_breaks_on_what_is_hostile(tmp_path: Path) -> None:
    """Far times, NUL, nesting, ``.`` and ``..`` as ids, lists for texts: never a 5xx, and a reason in the right form."""
    broken: list[tuple[str, str, bytes | None, int, str]] = []
    tried = set[tuple[str, str]]()
    settings = {"state_dir": str(tmp_path), "connector_folders": str(tmp_path / "inbox"), "rate_limit": 0}
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url, serving(url, **settings) as served:
        ids = {**names_in(served), "item": "auditor"}
        token = served.token(served.new_client(*(scope for scope in SCOPES if scope.endswith(":write"))))
        headers = {"auth": token, "Content-Type": "application/json"}
        for method, template, queries, body in operations(served):
            for path, content in requests_of(template, queries, body, ids):
                answer = served.http.request(method, served.url + path, content=content, headers=headers)
                tried.add((method, template))
                form = SCIM_TYPE if SCIM in path else PROBLEM
                is_told = answer.is_success or answer.headers["content-type"] == form
                if answer.status_code >= 500 or not is_told:
                    broken.append((method, path, content and content[:99], answer.status_code, answer.text[:99]))
    assert not broken, "\n".join(map(str, broken))
    assert (len(tried) > 250, sum(SCIM in template for _, template in tried)) == (True, 13)
