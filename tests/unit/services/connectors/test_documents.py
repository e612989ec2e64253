"""Connector documents: each fault has its line, its field, and what would be right."""

from datetime import UTC, datetime

import pytest

from auscult.domain.connectors.document import Target
from auscult.domain.errors import ConnectorError
from auscult.services.connectors.documents import check_connector, check_needed, check_secrets
from tests.data_files import data_of
from tests.waiting import existing

WHOLE = data_of(__file__, "whole").encode()


def test_a_whole_document() -> None:
    """Every key is read."""
    found = check_connector(WHOLE, "st-1", version=3)
    assert found.problems == ()
    one = existing(found.connector)
    assert (one.kind, one.version, one.every_s, one.settle_s) == ("s3", 3, 900, 0)
    assert one.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert (one.rate.requests_per_s, one.rate.at_once, one.watch.volume) == (2.5, 4, 0.25)
    assert one.mapping.queues == {"q-1": Target(id="billing"), "q-2": Target(id="sales", name="Sales")}
    assert one.mapping.channels == {"sms": "chat"}


@pytest.mark.parametrize(("line", "field", "reason"), data_of(__file__, "each_fault_has_its_field"))
def test_each_fault_has_its_field(line: str, field: str, reason: str) -> None:
    """On the last line of an otherwise good document."""
    good = {"name": "name: x", "place": "place: folder:/in", "format": "format: native"}
    key = line.partition(":")[0]
    lines = [text for name, text in good.items() if name != key]
    found = check_connector("\n".join([*lines, line]).encode(), "st-1")
    assert found.connector is None
    (problem,) = found.problems
    assert (problem.line, problem.field) == (len(lines) + 1, field)
    assert reason in problem.reason


def test_places_have_what_they_need() -> None:
    """An SFTP server's key, and the account of Azure."""
    for place, field in (("sftp://mia@host/in", "access.host_key"), ("az://calls/in", "access.account")):
        found = check_connector(f"name: x\nplace: {place}\nformat: native\n".encode(), "st-1")
        assert [problem.field for problem in found.problems] == [field]


def test_secrets_of_another_place_are_refused() -> None:
    """With those that the place has."""
    connector = existing(check_connector(WHOLE, "st-1").connector)
    check_secrets(connector, {"access_key_id": "a"})
    with pytest.raises(ConnectorError, match="known for s3: access_key_id, secret_access_key, session_token"):
        check_secrets(connector, {"password": "x"})
    with pytest.raises(ConnectorError, match="is empty"):
        check_secrets(connector, {"access_key_id": ""})


@pytest.mark.parametrize(("place", "form", "given", "missing"), data_of(__file__, "secrets_that_a_place_needs"))
def test_secrets_that_a_place_needs(place: str, form: str, given: tuple[str, ...], missing: list[str]) -> None:
    """A missing secret is named, with what the place needs; object storage has the credentials of its machine."""
    connector = existing(check_connector(f"name: a\nplace: {place}\nformat: {form}\n".encode(), "st-1").connector)
    if not missing:
        check_needed(connector, given)
        return
    with pytest.raises(ConnectorError, match=f"missing secrets: {', '.join(missing)}; {connector.kind} needs") as error:
        check_needed(connector, given)
    assert [each.partition(":")[0] for each in error.value.problems] == [f"secrets.{each}" for each in missing]


@pytest.mark.parametrize(
    ("place", "right"),
    [
        ("zendesk://acme", "zendesk-tickets"),
        (f"twilio://GA{'a' * 32}", "twilio"),
        ("intercom://eu", "intercom"),
        ("zoom://acme-1", "zoom-contact-center"),
        ("genesys://mypurecloud.de", "genesys-cloud"),
    ],
)
def test_an_api_has_one_format(place: str, right: str) -> None:
    """The items of an API are of its own format; another one is refused with the right one."""
    written = f"name: x\nplace: {place}\nformat: "
    assert check_connector(f"{written}{right}".encode(), "st-1").problems == ()
    (problem,) = check_connector(f"{written}native".encode(), "st-1").problems
    assert (problem.line, problem.field) == (3, "format")
    assert problem.reason.endswith(f"give {right}")
