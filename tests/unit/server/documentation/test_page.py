"""The APIs described (rule 17 among them), for programs and for people."""

import re
from html.parser import HTMLParser
from typing import Annotated, Any

import pytest
from litestar import Litestar, get

from auscult.reports import REPORTS
from auscult.server.documentation.description import Documentation
from auscult.server.documentation.page import POLICY, render
from auscult.server.errors import REASONS
from auscult.server.problems import Detail
from auscult.server.rest.guards import Scopes
from auscult.server.rest.openapi import StructSchemas, answer
from auscult.server.rest.parameters import Since, path_id
from auscult.server.settings import ServerSettings

SETTINGS = ServerSettings(page_maximum=500)
ThingId = Annotated[str, path_id("The thing.", "t-1")]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document."""

    @get(
        "/things/{thing_id:str}",
        operation_id="get_thing",
        summary="One thing",
        guards=[Scopes("things:read")],
        responses={200: answer("The thing.", Detail, {"line": 1, "field": "x", "reason": "y"})},
        sync_to_thread=False,
    )
    def thing(thing_id: ThingId, since: Since = None) -> Detail:
        """Return the thing."""
        raise AssertionError(thing_id, since)

    documentation = Documentation(REPORTS, SETTINGS)
    documentation.app = Litestar(
        [thing], openapi_config=documentation.config(), plugins=[StructSchemas()], logging_config=None
    )
    return documentation.document


def references(node: Any) -> set[str]:
    """Every ``$ref`` in a document."""
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set[str]()
        return own.union(*(references(value) for value in node.values()))
    return set[str]().union(*(references(value) for value in node)) if isinstance(node, list) else set()


@pytest.mark.parametrize("name", list(REPORTS))
def test_every_report_is_described(document: dict[str, Any], name: str) -> None:
    """Every report at its first path, with its aliases, its headers, every answer, and examples."""
    report = REPORTS[name]
    operation = document["paths"][report.paths[0]]["post"]
    assert all(path in operation["description"] for path in report.paths[1:])
    assert all(scope in operation["description"] for scope in report.scopes)
    headers = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
    assert headers == set(report.required_headers)
    assert set(operation["responses"]) == {"200", "400", "401", "404", "405", "413", "415", "429"}
    assert "example" in operation["requestBody"]["content"]["application/json"]
    assert "example" in operation["responses"]["200"]["content"]["application/json"]


def test_limits_are_those_of_the_settings(document: dict[str, Any]) -> None:
    """Rule 19: the maximum that the operator chose is the one that is promised."""
    operation = document["paths"][REPORTS["scorereporting"].paths[0]]["post"]
    assert operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["limit"]["maximum"] == 500


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema is named that is not there."""
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_handlers_are_described(document: dict[str, Any]) -> None:
    """A handler stands beside the reports: its scopes, what it takes, its answers, and every refusal."""
    operation = document["paths"]["/things/{thing_id}"]["get"]
    assert operation["description"] == "Return the thing.\n\nOne of these scopes is needed: `things:read`."
    thing, since, app = operation["parameters"]
    assert (thing["in"], thing["required"], thing["example"]) == ("path", True, "t-1")
    assert since["schema"] == {"type": "string", "format": "date-time"}
    assert app["name"] == "app"
    assert set(operation["responses"]) == {"200", "400", "401", "403", "404", "405", "429"}
    shown = operation["responses"]["200"]["content"]["application/json"]
    assert shown["schema"] == {"$ref": "#/components/schemas/Detail"}


class Page(HTMLParser):
    """Collects what a page refers to, its ids and its text; fails on tags that do not close."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links and ids."""
        assert tag not in ("script", "img", "iframe", "object")
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action")]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_the_page_needs_nothing_from_outside(document: dict[str, Any]) -> None:
    """/docs works without internet: every link is within the server, and the policy allows nothing else."""
    page = render(document, "http://127.0.0.1:8484")
    read = Page(page)
    assert {link for link in read.links if not link.startswith("#")} == {"openapi.json"}
    assert {link[1:] for link in read.links if link.startswith("#")} == set(read.ids)
    assert not re.search(r"url\(|@import|https?://(?!127\.0\.0\.1|json-schema\.org/draft/)", page)
    assert POLICY.startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_shows_everything(document: dict[str, Any]) -> None:
    """Every operation, field and reason that the document has."""
    text = Page(render(document, "http://127.0.0.1:8484")).text
    operation = document["paths"][REPORTS["scorereporting"].paths[0]]["post"]
    for field in operation["requestBody"]["content"]["application/json"]["schema"]["properties"]:
        assert field in text
    for key in (
        "results[].koreEvalutionScore",
        "results[].Metrics[].Metric Negative Weight",
        "errors[].reason",
        "One thing",
    ):
        assert key in text
    assert "curl 'http://127.0.0.1:8484/qualityai/" in text
    assert all(name in text for name in REASONS)


def test_the_page_escapes_what_it_is_given(document: dict[str, Any]) -> None:
    """A Host header cannot put markup into the page."""
    hostile = render(document, "http://x'><script>alert(1)</script>")
    assert "<script>" not in hostile
