"""Our client and ``auscult pull`` against the real server: what is pulled is what is there, and loads again equal."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auscult.client import WIRE, Access, Client
from auscult.domain.assist.assistance import Assist
from auscult.domain.conversation import Conversation
from auscult.formats import Limits
from auscult.services.scoring.intake.read import read_file
from tests.databases import database
from tests.e2e.serving import GOLDEN_SAMPLE, STRANGER, TENANT, Service, process, serving
from tests.integration.program import Result, auscult

pytestmark = pytest.mark.landing

SCOPES = ("Quality AI", "SmartAssist Analytics", "AgentAssist Analytics", "conversations:write")
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 730
UNTIL = SINCE + timedelta(days=COUNT // 10)


@pytest.fixture(scope="module")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server with some hundred conversations over ten weeks, beside the golden sample."""
    server = request.getfixturevalue("postgresql_server")
    with (
        database("postgresql", server, tmp_path_factory.mktemp("client"), content=GOLDEN_SAMPLE) as url,
        serving(url) as service,
    ):
        process(service.application, [_conversation(n) for n in range(COUNT)])
        yield service


def _conversation(n: int) -> Conversation:
    return Conversation(
        id=f"c-{n:04}",
        channel="chat",
        direction="inbound",
        started_at=SINCE + n * timedelta(hours=2, minutes=24, milliseconds=7),
        ended_at=SINCE + n * timedelta(hours=2, minutes=24, milliseconds=7) + timedelta(minutes=1),
        assist=Assist(),
    )


def access(service: Service, *scopes: str) -> Access:
    """Who may read it all."""
    client = service.new_client(*(scopes or SCOPES))
    return Access(
        client_id=client.client_id,
        client_secret=client.secret,
        account=TENANT.account_id,
        org=TENANT.org_id,
        app=TENANT.app_id,
    )


@pytest.mark.parametrize("report", WIRE)
def test_each_report_is_pulled_whole(service: Service, report: str) -> None:
    """Ten weeks of each of the five, windows and pages taken care of, each row once and in order."""
    with Client(service.url, access(service)) as client:
        ids = [WIRE[report].id_of(row) for row in client.rows(report, SINCE, UNTIL)]
    assert ids == [f"c-{n:04}" for n in range(COUNT) if _conversation(n).started_at < UNTIL]


def test_rows_that_arrive_meanwhile_move_nothing(service: Service) -> None:
    """Rule 20: the client reads by cursor where the server knows cursors."""
    at = datetime(2025, 1, 1, tzinfo=UTC)
    make = lambda n, minute: Conversation(  # noqa: E731
        id=f"m-{n:04}", channel="chat", direction="inbound", started_at=at + timedelta(minutes=minute)
    )
    process(service.application, [make(n, 10 + n) for n in range(250)])
    with Client(service.url, access(service)) as client:
        pages = client.pages("scorereporting", at, at + timedelta(days=2))
        ids = [row["conversationId"] for row in next(pages).rows]
        process(service.application, [make(1_000 + n, n) for n in range(5)])
        ids += [row["conversationId"] for page in pages for row in page.rows]
    assert ids == [f"m-{n:04}" for n in range(250)]


def pull(service: Service, who: Access, folder: Path, *words: str) -> Result:
    """Run ``auscult pull`` as a user would."""
    given = ["--url", service.url, "--client-id", who.client_id, "--account", who.account, "--org", who.org]
    given += ["--app", who.app, "--since", "2026-03-01", "--until", "2026-05-13"]
    return auscult(folder, "pull", *words, *given, settings={"AUSCULT_CLIENT_SECRET": who.client_secret})


def test_the_command_pulls_to_a_file_or_to_the_next_program(service: Service, tmp_path: Path) -> None:
    """Rows are NDJSON, the same on stdout and in a file; how many there were is told on stderr."""
    who, out = access(service), tmp_path / "rows.ndjson"
    piped, saved = (
        pull(service, who, tmp_path, "rawdata"),
        pull(service, who, tmp_path, "rawdata", "--out", "rows.ndjson"),
    )
    assert (piped.status, saved.status, saved.out) == (0, 0, "")
    assert piped.out == out.read_text()
    assert len(piped.out.splitlines()) == COUNT
    assert f"{COUNT} rows of rawdata" in saved.err
    assert not list(tmp_path.glob("*.pull"))


@pytest.mark.night
def test_what_is_pulled_loads_again_and_shows_the_same(service: Service, tmp_path: Path) -> None:
    """Pull and load make a round trip: every row of every report is equal."""
    who = access(service)
    documents = tmp_path / "documents.ndjson"
    assert pull(service, who, tmp_path, "conversations", "--out", "documents.ndjson").status == 0
    with serving(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        process(copy.application, read_file(documents, TENANT.app_id, Limits()))
        with Client(service.url, who) as there, Client(copy.url, access(copy)) as here:
            for report in WIRE:
                assert list(here.rows(report, SINCE, UNTIL)) == list(there.rows(report, SINCE, UNTIL))


def test_a_command_that_cannot_pull_says_why(service: Service, tmp_path: Path) -> None:
    """No report of that name; dates the wrong way round; a stranger's app."""
    who = access(service)
    unknown = pull(service, who, tmp_path, "scores")
    assert (unknown.status, "there is no report scores" in unknown.err) == (1, True)
    other = Access(client_id=who.client_id, client_secret=who.client_secret, account=who.account, app=STRANGER.app_id)
    foreign = pull(service, other, tmp_path, "rawdata")
    assert (foreign.status, "Invalid SDK credentials" in foreign.err) == (1, True)
