"""What breaks parsers and paths, sent to every operation of our own API and of SCIM: each refuses it in its own form."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast
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
DOCUMENT: dict[str, Any] = msgspec.json.decode(OPENAPI.read_bytes())
Request = tuple[str, str, bytes | None]


def example_of(schema: dict[str, Any]) -> Any:
    """Return the example of a schema, or of the one that it names."""
    named = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    found = named.get("examples") or schema.get("examples") or [named.get("example")]
    return (found if isinstance(found, list) else [each.get("value", each) for each in found.values()])[0]


def spoilt(value: Any) -> Iterator[Any]:
    """Yield a JSON value with one text in it replaced, each by each of what is hostile to it."""
    if isinstance(value, str):
        yield from ("a\0b", FAR[0], FAR[2]) if TIME.match(value) else ("a\0b", [["x"]])
    items = list(enumerate(value)) if isinstance(value, list) else []
    items += cast("list[Any]", list(value.items())) if isinstance(value, dict) else []
    for key, inner in items:
        for each in spoilt(inner):
            changed: Any = deepcopy(value)
            changed[key] = each
            yield changed


def requests_of(
    method: str, template: str, queries: list[dict[str, Any]], body: Any, ids: dict[str, str]
) -> Iterator[Request]:
    """Yield the hostile requests to one operation."""
    names = [each.partition("}")[0] for each in template.split("{")[1:]]
    right = {name: quote(ids.get(name, "x-1"), safe="") for name in names}
    for name in names:
        for each in IDS:
            shown = (
                each.replace(".", "%2E") if set(each) == {"."} else quote(each.encode(errors="surrogatepass"), safe="")
            )
            yield method, template.format(**right | {name: shown}), None
    path = template.format(**right)
    for each in queries:
        is_time = "date" in json.dumps(each["schema"])
        for value in FAR if is_time else ("a\0b",):
            yield method, f"{path}?{each['name']}={quote(value)}", None
    if body is not None:
        yield from ((method, path, content) for content in DEEP)
        yield from ((method, path, json.dumps(each).encode()) for each in spoilt(body))


def operations(served: Service) -> Iterator[tuple[str, str, list[dict[str, Any]], Any]]:
    """Yield each operation: its method, its path, the parameters of its query, and an example of its body."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/v1/") and "/public/" not in path:
                queries = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
                content = operation.get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {})
                body = example_of(schema.get("schema", {})) or schema.get("example")
                yield method.upper(), path, queries, body or ({} if content else None)
    for route in served.application.server_app().litestar.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(SCIM):
            for method in {*route.route_handler_map} - {"OPTIONS", "HEAD"}:
                queries = [{"name": each, "schema": {}} for each in ("filter", "startIndex", "count")]
                yield str(method), route.path_format, queries, IN_SCIM if method in ("POST", "PUT", "PATCH") else None


def test_no_operation_breaks_on_what_is_hostile(tmp_path: Path) -> None:
    """Far times, NUL, half a surrogate, nesting, ``.`` and ``..`` as ids, lists for texts: never a 5xx, and a reason in words."""
    broken: list[tuple[str, str, bytes | None, int, str]] = []
    tried = set[str]()
    settings = {"state_dir": str(tmp_path), "connector_folders": str(tmp_path / "inbox"), "rate_limit": 0}
    with database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url, serving(url, **settings) as served:
        ids = {**names_in(served), "item": "auditor"}
        scopes = (scope for scope in SCOPES if scope.endswith(":write"))
        headers = {"auth": served.token(served.new_client(*scopes)), "Content-Type": "application/json"}
        for operation in operations(served):
            for method, path, content in requests_of(*operation, ids):
                answer = served.http.request(method, served.url + path, content=content, headers=headers)
                tried.add(f"{method} {operation[1]}")
                form = SCIM_TYPE if SCIM in path else PROBLEM
                is_told = answer.is_success or answer.headers["content-type"] == form
                if answer.status_code >= 500 or not is_told:
                    broken.append((method, path[:200], content and content[:99], answer.status_code, answer.text[:99]))
    assert not broken, "\n".join(map(str, broken))
    assert len(tried) > 250
    assert sum(SCIM in each for each in tried) == 13
