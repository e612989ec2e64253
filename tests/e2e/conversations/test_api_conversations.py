"""Our own API over conversations: load, list, read, erase, on a real server over each kind of database."""

import gzip
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auscult.domain.tenancy import Tenant
from auscult.services.scoring.process import Finished
from tests.data_files import data_of
from tests.databases import database
from tests.e2e.own import Own, problem
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, TENANT, Service, processing, serving, work

APP = Tenant(account_id=TENANT.account_id, org_id=TENANT.org_id, app_id="st-own")
FORM = data_of(__file__, "form").encode()
START = datetime(2026, 3, 23, 10, tzinfo=UTC)


def document(number: int, **changes: Any) -> dict[str, Any]:
    """A conversation of two minutes, whose customer said something that nobody else says."""
    start = START + timedelta(minutes=number)
    return {
        "id": f"o-{number:03}",
        "channel": "voice" if number % 3 else "chat",
        "started_at": start.isoformat(),
        "ended_at": (start + timedelta(seconds=20 if number % 5 == 4 else 120)).isoformat(),
        "queues": [{"id": f"qu-{number % 2}", "name": f"Queue {number % 2}"}],
        "custom_fields": {"mail": f"somebody{number}@example.org"},
        "turns": [
            {"id": "m1", "speaker": "agent", "text": "Hello.", "start_ms": 0, "end_ms": 900},
            {"id": "m2", "speaker": "customer", "text": f"My parcel is {number * 7919}.", "start_ms": 1000},
        ],
        **changes,
    }


def ndjson(documents: Iterable[Any]) -> bytes:
    """Documents as lines."""
    return msgspec.json.Encoder().encode_lines(list(documents))


@pytest.fixture
def own(service: Service, request: pytest.FixtureRequest) -> Own:
    """An app of its own for each test."""
    tenant = msgspec.structs.replace(APP, app_id=f"st-{request.node.originalname}")
    service.store.ensure(tenant)
    service.store.within(tenant).forms.publish("ef-own", FORM)
    client = service.new_client("conversations:write", tenant=tenant)
    return Own(service, client)


def app_of(own: Own) -> str:
    """The one app of the client."""
    (app_id,) = own.client.app_ids
    return app_id


def test_what_is_loaded_is_committed_and_told(own: Own) -> None:
    """interfaces.md: 202 with the count and each refusal with line, field and reason; what is accepted is there."""
    earlier = {**document(3), "language": "de"}
    body = ndjson([document(1), {**document(2), "channel": "fax"}, earlier, document(3)]) + b"{broken\n"
    answer = own.ask("POST", "/conversations", body)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["unchanged"], told["rejected_count"]) == (2, 0, 2)
    assert (told["replaced"], told["replaced_count"]) == (["o-003"], 1)
    first, second = told["rejected"]
    assert (first["line"], first["field"]) == (2, "channel")
    assert "fax" in first["reason"]
    assert (second["line"], second["code"]) == (5, "document.malformed")
    assert own.ask("GET", "/conversations/o-001").json()["status"] == "pending"
    assert own.ask("GET", "/conversations").json() == {"items": [], "total": 0, "next_cursor": None}
    work(own.service)
    assert [row["id"] for row in own.ask("GET", "/conversations").json()["items"]] == ["o-001", "o-003"]


def test_the_same_again_changes_nothing(own: Own) -> None:
    """Idempotent by id: sent again it is unchanged; with other content it is the next revision."""
    own.load(document(1), document(2))
    again = own.load(document(1), document(2, language="de"))
    assert (again["accepted"], again["unchanged"]) == (2, 1)
    assert [own.ask("GET", f"/conversations/o-00{n}").json()["revision"] for n in (1, 2)] == [1, 2]
    shown = own.ask("GET", "/conversations/o-002").json()
    assert [each["revision"] for each in shown["earlier_evaluations"]] == [1]
    assert own.ask("GET", "/conversations").json()["total"] == 2


@pytest.mark.parametrize("kind", ["object", "array", "gzip", "chunked"])
def test_told_by_content(own: Own, kind: str) -> None:
    """A JSON object or array, compressed or in pieces, with any Content-Type."""
    documents = [document(n) for n in range(1, 4)]
    body: Any = {
        "object": msgspec.json.encode(documents[0]),
        "array": msgspec.json.encode(documents, enc_hook=str),
        "gzip": gzip.compress(ndjson(documents)),
        "chunked": ndjson(documents),
    }[kind]
    if kind == "chunked":
        body = iter([body[:100], body[100:101], body[101:]])
    headers = {"Content-Type": "text/plain", **({"Content-Encoding": "gzip"} if kind == "gzip" else {})}
    answer = own.ask("POST", "/conversations", body, headers=headers)
    assert answer.json()["accepted"] == (1 if kind == "object" else 3)
    work(own.service)


def test_waiting_for_it_to_be_readable(own: Own) -> None:
    """`?wait=`: 200 with how all stand once they are readable, else 202 after that time."""
    assert own.ask("POST", "/conversations?wait=0", ndjson([document(1)])).status_code == 202
    late = own.ask("POST", "/conversations?wait=1", ndjson([document(2)]))
    assert late.status_code == 202
    assert "scored" not in late.json()
    done = threading.Event()

    def keep_working() -> None:
        while not done.is_set():
            work(own.service)
            time.sleep(0.01)

    worker = threading.Thread(target=keep_working)
    worker.start()
    try:
        answer = own.ask("POST", "/conversations?wait=60", ndjson(document(n) for n in range(1, 6)))
    finally:
        done.set()
        worker.join()
    assert answer.status_code == 200, answer.text
    told = answer.json()
    stands = ("scored", "below_threshold", "duration_unavailable", "not_evaluated", "failed")
    assert {name: told[name] for name in stands} == {
        "scored": 3,
        "below_threshold": 1,
        "duration_unavailable": 0,
        "not_evaluated": 1,
        "failed": 0,
    }


def everything(own: Own, **query: Any) -> list[str]:
    """All ids, by cursor, in small pages; what the total promises is what comes."""
    read: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = own.ask("GET", "/conversations", params={"limit": "3", **query, **cursor}).json()
        read += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            assert len(read) == page["total"]
            return read
        cursor = {"cursor": page["next_cursor"]}


FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({}, lambda _: True),
    ({"channel": "voice"}, lambda n: n % 3),
    ({"channel": ["voice", "chat"]}, lambda _: True),
    ({"direction": "outbound"}, lambda _: False),
    ({"queue": "qu-1"}, lambda n: n % 2),
    ({"queue": ["Queue 0", "qu-1"]}, lambda _: True),
    ({"status": "below_threshold"}, lambda n: n % 3 and n % 5 == 4),
    ({"status": ["not_evaluated", "evaluated"]}, lambda n: not (n % 3 and n % 5 == 4)),
    ({"since": "2026-03-23T10:05:00Z", "until": "2026-03-23T12:09:00+02:00"}, lambda n: 5 <= n < 9),
]


def test_filters_and_pages(own: Own) -> None:
    """Each filter keeps what it says, oldest first, and the pages partition it."""
    own.load(*(document(number) for number in range(14)))
    for query, keeps in FILTERS:
        assert everything(own, **query) == [f"o-{number:03}" for number in range(14) if keeps(number)], query


def test_found_by_the_id_that_it_has_elsewhere(own: Own) -> None:
    """``custom_id`` is a filter, to the letter; several find any of them."""
    own.load(*(document(number, custom_id=f"CRM/{number}") for number in range(3)), document(3))

    def found(**query: Any) -> list[str]:
        return [each["id"] for each in own.ask("GET", "/conversations", params=query).json()["items"]]

    assert found(custom_id="CRM/1") == ["o-001"]
    assert found(custom_id=["CRM/0", "CRM/2"]) == ["o-000", "o-002"]
    assert found(custom_id="crm/1") == []
    assert found(custom_id="CRM/1", queue="qu-0") == []


def test_found_by_fields_of_ones_own(own: Own) -> None:
    """Fields are compared to the letter, and all that are given are wanted; one without a value is refused."""
    fields = [{"region": "north", "tier": "1"}, {"region": "north", "tier": "2"}, {"region": "North"}]
    own.load(*(document(number, custom_fields=each) for number, each in enumerate(fields)))

    def found(**query: Any) -> list[str]:
        return [each["id"] for each in own.ask("GET", "/conversations", params=query).json()["items"]]

    assert found(custom_field="region=north") == ["o-000", "o-001"]
    assert found(custom_field=["region=north", "tier=2"]) == ["o-001"]
    assert found(custom_field="region=NORTH") == []
    problem(own.ask("GET", "/conversations?custom_field=region"), 400, "request.invalid")


def test_every_order_and_filter_is_of_what_the_rows_show(own: Own) -> None:
    """Pages of each order and filter together are the rows that the plain list shows, sorted and filtered by their values."""
    own.load(*(document(number) for number in range(14)))
    rows = own.ask("GET", "/conversations").json()["items"]

    def figure(row: dict[str, Any], name: str) -> Any:
        insights = row["insights"] or {}
        sentiment = (insights.get("sentiment") or {}).get("score")
        of_row = {"score": row["score"], "duration": row["duration_ms"], "confidence": row["confidence"]}
        return (of_row | {"started_at": row["started_at"], "sentiment": sentiment})[name]

    for order in ("score", "-score", "started_at", "-started_at", "duration", "-duration", "sentiment", "confidence"):
        ordered = sorted(rows, key=lambda row: (row["started_at"], row["id"]), reverse=order.startswith("-"))
        name = order.lstrip("-")
        known = [row for row in ordered if figure(row, name) is not None]
        known.sort(key=lambda row: figure(row, name), reverse=order.startswith("-"))
        unknown = [row for row in ordered if figure(row, name) is None]
        assert everything(own, sort=order) == [row["id"] for row in (*known, *unknown)], order

    filters: list[tuple[dict[str, Any], Any]] = [
        ({"score_from": 50}, lambda row: row["score"] is not None and row["score"] >= 50),
        ({"score_to": 49}, lambda row: row["score"] is not None and row["score"] <= 49),
        ({"duration_from": 60}, lambda row: (row["duration_ms"] or 0) >= 60_000),
        ({"duration_to": 59}, lambda row: row["duration_ms"] is not None and row["duration_ms"] <= 59_000),
        ({"escalation": "true"}, lambda row: row["insights"] and row["insights"]["escalation"] is True),
        ({"churn_risk": "false"}, lambda row: row["insights"] and row["insights"]["churn_risk"] is False),
        ({"resolved": "YES"}, lambda row: row["insights"] and row["insights"]["resolution"] == "YES"),
        ({"resolved": ["false", "NA"]}, lambda row: row["insights"] and row["insights"]["resolution"] in ("NO", "NA")),
    ]
    for query, keeps in filters:
        assert everything(own, **query) == [row["id"] for row in rows if keeps(row)], query


def test_a_cursor_is_of_its_order(own: Own) -> None:
    """The cursor of one order is refused in another, with the order that it is of."""
    own.load(*(document(number) for number in range(3)))
    cursor = own.ask("GET", "/conversations?sort=-score&limit=1").json()["next_cursor"]
    refused = own.ask("GET", "/conversations", params={"sort": "score", "cursor": cursor})
    assert "sort=-score" in problem(refused, 400, "cursor.unreadable")["detail"]


def test_one_style(own: Own) -> None:
    """snake_case, RFC 3339 in UTC with Z, whole numbers for scores."""
    own.load(document(1, started_at="2026-03-23T12:01:00+02:00"))
    (row,) = own.ask("GET", "/conversations").json()["items"]
    assert row["started_at"] == "2026-03-23T10:01:00Z"
    assert row["form"] == {"id": "ef-own", "version": 1}
    assert (row["status"], row["score"], row["duration_ms"]) == ("evaluated", 100, 120000)
    assert row["audit"] == {"state": "not_assigned", "score": None}
    shown = own.ask("GET", "/conversations/o-001").json()
    hello = shown["evaluation"]["metrics"][0]
    assert (hello["id"], hello["qualification"], hello["adhered"]) == ("em-hello", "YES", True)
    assert hello["evidence"][0]["turn_id"] == "m1"
    assert shown["turns"][1]["text"] == "My parcel is 7919."


UNHAPPY = data_of(__file__, "unhappy")


def test_what_analysis_found_is_shown_with_the_turns_that_show_it(own: Own) -> None:
    """Every flag with its turns, times and words, and what cannot be known with the reason."""
    own.load(document(1, turns=UNHAPPY), document(2, language="ja", turns=[{**UNHAPPY[1], "text": "ひどいです"}]))
    found = own.ask("GET", "/conversations/o-001").json()["insights"]
    assert (found["escalation"]["observed"], found["churn_risk"]["observed"]) == (True, True)
    (evidence,) = found["escalation"]["evidence"]
    assert {key: evidence[key] for key in ("turn_id", "start_ms", "end_ms", "text")} == {
        "turn_id": "m2",
        "start_ms": 2_500,
        "end_ms": 5_000,
        "text": "I want to speak to your manager.",
    }
    assert "speak to your manager" in evidence["why"]
    assert found["churn_risk"]["evidence"][0]["turn_id"] == "m4"
    assert found["resolution"] == "NO"
    assert found["resolution_evidence"][0]["turn_id"] in {"m3", "m4"}
    assert found["customer_sentiment"]["label"] == "negative"
    unknown = own.ask("GET", "/conversations/o-002").json()["insights"]
    assert (unknown["language"], unknown["customer_sentiment"], unknown["escalation"]) == ("ja", None, None)
    assert unknown["unknown"]["escalation"] == "Japanese is not supported"


def test_what_is_loaded_again_reads_back_equal(own: Own) -> None:
    """What is shown of a conversation is itself a native document."""
    own.load(document(1))
    shown = own.ask("GET", "/conversations/o-001").content
    again = own.ask("POST", "/conversations", shown)
    assert (again.json()["accepted"], again.json()["unchanged"]) == (1, 1), again.text


def traces(own: Own, needle: str) -> list[str]:
    """Every table that still holds this text."""
    import sqlalchemy as sa  # noqa: PLC0415  (for this look alone)

    url = sa.make_url(own.service.application.settings.database_url)
    engine = sa.create_engine(url if url.drivername == "sqlite" else url.set(drivername="postgresql+psycopg"))
    found: list[str] = []
    with engine.connect() as connection:
        for table in sa.inspect(engine).get_table_names():
            for row in connection.execute(sa.text(f'SELECT * FROM "{table}"')):  # noqa: S608  (the database's own names)
                texts = [
                    bytes(v).decode(errors="replace") if isinstance(v, bytes | memoryview) else str(v) for v in row
                ]
                found += [table for text in texts if needle in text]
    engine.dispose()
    return found


@pytest.mark.landing
def test_erased_everywhere(own: Own) -> None:
    """DELETE: no table has a trace of it, every count agrees, the others stay, and once more is no error."""
    own.load(*(document(number) for number in range(900, 905)))
    auditing = own.service.application.auditing(msgspec.structs.replace(APP, app_id=app_of(own)))
    auditing.assign("o-901", "Ada Audit-Trail")
    needles = (str(901 * 7919), "somebody901@", "Ada Audit-Trail", "o-901")
    assert all(traces(own, needle) for needle in needles)
    assert own.ask("DELETE", "/conversations/o-901").status_code == 204
    # The feed tells those who copy that this id is gone, and nothing else.
    assert [traces(own, needle) for needle in needles] == [*[[]] * (len(needles) - 1), ["changes"]]
    assert own.service.application.verify() == []
    problem(own.ask("GET", "/conversations/o-901"), 404, "conversation.unknown")
    assert everything(own) == ["o-900", "o-902", "o-903", "o-904"]
    assert own.ask("DELETE", "/conversations/o-901").status_code == 204
    assert own.ask("DELETE", "/conversations/never-there").status_code == 204
    own.load(document(901))
    assert own.ask("GET", "/conversations").json()["total"] == 5
    assert own.service.application.verify() == []


def test_a_batch_under_way_does_not_bring_it_back(own: Own) -> None:
    """Erased between evaluation and recording it stays erased; come again meanwhile, only the new one is recorded."""
    own.ask("POST", "/conversations", ndjson([document(1), document(2)]))
    worker = processing(own.service)
    (batch,) = [each for each in own.service.store.batches.waiting() if each.tenant.app_id == app_of(own)]
    finished = worker.evaluate(batch.batch_id)
    assert isinstance(finished, Finished)
    own.ask("DELETE", "/conversations/o-001")
    own.ask("DELETE", "/conversations/o-002")
    own.ask("POST", "/conversations", ndjson([document(2, turns=[])]))
    worker.record(finished)
    assert everything(own) == []
    assert own.ask("GET", "/conversations/o-002").json()["status"] == "pending"
    work(own.service)
    assert everything(own) == ["o-002"]
    assert own.ask("GET", "/conversations/o-002").json()["evaluation"]["metrics"][0]["qualification"] != "YES"
    assert own.service.application.verify() == []


def test_ids_may_hold_nearly_anything(own: Own) -> None:
    """An id with spaces, signs and letters of any script is found under its percent-encoded name."""
    own.load(document(1, id="a b c?d%é"))
    path = "/conversations/a%20b%20c%3Fd%25%C3%A9"
    assert own.ask("GET", path).json()["id"] == "a b c?d%é"
    assert own.ask("DELETE", path).status_code == 204
    assert everything(own) == []


def test_ids_that_would_not_open_are_refused(own: Own) -> None:
    """With a slash, a line break, or as a step of a path, no page of the console would have them."""
    odd = ["a/b", "..", "a\nb"]
    told = own.ask("POST", "/conversations", ndjson([*(document(1, id=each) for each in odd), document(2)])).json()
    assert (told["accepted"], [(each["line"], each["field"]) for each in told["rejected"]]) == (
        1,
        [(1, "id"), (2, "id"), (3, "id")],
    )
    assert "without / and without line breaks, and not . or .." in told["rejected"][0]["reason"]


REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = data_of(__file__, "refused")


def test_what_is_refused(own: Own) -> None:
    """Problem details for everything that is wrong, with a stable reason; unknown and foreign are not told apart."""
    for method, path, given, status, reason in REFUSED:
        told = problem(own.ask(method, path, given.get("content"), headers=given.get("headers", {})), status, reason)
        assert told["instance"].startswith("/api/v1/")


@pytest.mark.landing
def test_the_body_has_a_limit(tmp_path: Path) -> None:
    """413 as soon as that is known, whether the size is announced or not."""
    with (
        database("sqlite", "", tmp_path, content=GOLDEN_SAMPLE) as url,
        serving(url, state_dir=str(tmp_path), request_bytes=2048) as small,
    ):
        own = Own(small, small.new_client("conversations:write"))
        problem(own.ask("POST", "/conversations", b"x" * 2049), 413, "body.too_large")
        pieces: Any = iter([b"x" * 2000, b"x" * 49])
        problem(own.ask("POST", "/conversations", pieces), 413, "body.too_large")
        assert own.ask("POST", "/conversations", b"x" * 2048).status_code == 202


def test_scopes(service: Service, own: Own) -> None:
    """Who may write may read, who may read may not write, and a scope of the reports opens nothing here: 403."""
    tenant = msgspec.structs.replace(APP, app_id=app_of(own))
    reader = Own(service, service.new_client("conversations:read", tenant=tenant))
    assert reader.ask("GET", "/conversations").status_code == 200
    problem(reader.ask("POST", "/conversations", ndjson([document(1)])), 403, "scope.missing")
    problem(reader.ask("DELETE", "/conversations/o-001"), 403, "scope.missing")
    other = Own(service, service.new_client("Quality AI", tenant=tenant))
    problem(other.ask("GET", "/conversations"), 403, "scope.missing")


def test_which_app(service: Service, own: Own) -> None:
    """A client of several apps names one; nobody reaches an app that is not their own."""
    both = service.new_client(
        "conversations:write", tenant=TENANT, apps=frozenset({TENANT.app_id, app_of(own), STRANGER.app_id})
    )
    many = Own(service, both)
    problem(many.ask("GET", "/conversations"), 400, "app.required")
    assert many.ask("GET", f"/conversations?app={app_of(own)}").status_code == 200
    assert many.ask("GET", "/conversations", headers={"iId": app_of(own)}).status_code == 200
    problem(many.ask("GET", f"/conversations?app={STRANGER.app_id}"), 404, "app.unknown")


def test_other_methods(own: Own) -> None:
    """HEAD answers as GET does, without a body; OPTIONS and 405 name the methods."""
    head = own.ask("HEAD", "/conversations")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(own.ask("GET", "/conversations").content))
    assert own.ask("OPTIONS", "/conversations").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert own.ask("PUT", "/conversations").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert int(head.headers["ratelimit-remaining"]) >= 0
