"""Moving off a vendor: a server of ours plays the vendor, by its five reports alone, and an empty one takes it all."""

import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from auscult import bootstrap
from auscult.client import WIRE, Access, Client
from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.formats import Limits
from auscult.services.definitions.forms.reading import starter_documents
from auscult.services.scoring.intake.read import read_file, read_stream
from tests.databases import database
from tests.e2e.client.test_client import access
from tests.e2e.serving import GOLDEN, TENANT, Service, listening, process, serving
from tests.integration.program import AUSCULT, Result, auscult, environment

pytestmark = pytest.mark.night

SCOPES = ("Quality AI", "SmartAssist Analytics", "AgentAssist Analytics")
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
COUNT = 130
GOLDENS = 10
"""Conversations of the golden samples, over two years."""
Span = tuple[datetime, datetime]
SPANS: Sequence[Span] = (
    (datetime(2024, 9, 20, tzinfo=UTC), datetime(2024, 10, 1, tzinfo=UTC)),
    (datetime(2025, 2, 15, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)),
    (FIRST, FIRST + timedelta(days=14)),
    (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 14, tzinfo=UTC)),
)
"""Where there is anything in the two years."""

TALKED = {f"c-{number:04}" for number in range(0, COUNT, 3)}
"""Conversations whose whole talk the assistant heard, so that it can be moved."""
TOLD = {
    *(
        "conversationId",
        "customConversationId",
        "contact_direction",
        "is_direction_defaulted",
        "Queues",
        "custom_fields",
    ),
    *("conversationStartTime", "conversationEndTime", "agentRecordings", "customerRecordings"),
    *("src", "Conversation Start Time", "Conversation End Time", "Conversation ID"),
}
SAID = ("agent", "Good morning, how can I help you today?"), ("customer", "My parcel has not arrived, I am waiting.")


def document(number: int) -> dict[str, Any]:
    """Every third a chat with an assistant, every fifth unevaluated and unknown to call centre and assistant alike."""
    started = FIRST + timedelta(hours=2, seconds=17, milliseconds=number) * number
    is_chat = number % 3 == 0
    turns = [
        {
            "id": f"m{at}",
            "speaker": who,
            "start_ms": 5_000 * at,
            "text": text,
            **({"agent_id": "a-1"} if who == "agent" else {}),
        }
        for at, (who, text) in enumerate(SAID)
    ]
    told: dict[str, Any] = {
        "id": f"c-{number:04}",
        "channel": "chat" if is_chat else "voice",
        "source": "korevg",
        "started_at": started.isoformat(),
        "ended_at": (started + timedelta(seconds=5 if number % 10 == 1 else 61, milliseconds=250)).isoformat(),
        "queues": [{"id": "qu-1", "name": "Billing"}],
        "agents": [{"id": "a-1", "name": "Robert", "email": "r@example.com", "joined_at": started.isoformat()}],
        "customer": {"id": f"u-{number}"},
        "turns": turns if is_chat else [{**turn, "end_ms": turn["start_ms"] + 900} for turn in turns],
    }
    if number % 2:
        told |= {"direction": "outbound", "custom_id": f"crm-{number}", "custom_fields": {"plan": "gold"}}
        told["recordings"] = {"agent": ["https://media.example.com/a.wav"]}
    if is_chat:
        told["assist"] = assisted(number, started)
    if number % 4 == 0:
        told["contact"] = {
            "session_id": f"se-{number}",
            "final_status": "CLOSED",
            "dispositions": ["Solved"],
            "meta_info": {"a": [1, None]},
            "survey": {"type": "nps", "score": 9, "feedback": "Fine."},
            "customer_info": {"tier": "gold"},
            "user_level_tags": [{"name": "vip", "value": "yes"}],
            "is_voicemail": False,
        }
    return told


def assisted(number: int, started: datetime) -> dict[str, Any]:
    """What the assistant did."""
    return {
        "id": f"as-{number}",
        "messages": [
            {"turn_id": "m1", "component_id": "cp-1", "received_at": (started + timedelta(seconds=6)).isoformat()}
        ],
        "suggestions": [
            {
                "id": "s1",
                "text": "Say sorry.",
                "triggering_turn_id": "m1",
                "is_sent": True,
                "requested_at": (started + timedelta(seconds=7)).isoformat(),
            }
        ],
        "summaries": [{"id": "sm", "agent": {"id": "a-1"}, "text": "A parcel is late.", "generation_ms": 1435}],
        "feedback": [{"value": "like", "details": ["Helpful"]}],
    }


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server that plays the vendor: the golden calls and assist conversations, and some hundred more."""
    folder = tmp_path_factory.mktemp("vendor")
    with serving(f"sqlite:///{folder / 'vendor.db'}", state_dir=str(folder), rate_limit=0) as service:
        publish(service.application)
        for name in ("calldetails", "aaconversation"):
            found = read_file(GOLDEN / f"{name}.conversations.ndjson", TENANT.app_id, Limits())
            process(service.application, [_by_its_session(each) for each in found if isinstance(each, Conversation)])
        lines = b"\n".join(msgspec.json.encode(document(number)) for number in range(COUNT))
        process(service.application, read_stream(BytesIO(lines), TENANT.app_id, Limits()))
        yield service


def _by_its_session(conversation: Conversation) -> Conversation:
    """A contact that a bot closed alone has on the wire no id but its session's."""
    contact = conversation.contact
    is_bot = contact is not None and contact.is_bot_only
    return replace(conversation, id=contact.session_id) if is_bot else conversation


def publish(application: bootstrap.Application) -> None:
    """The same form on both sides."""
    for channel in ("voice", "chat"):
        application.store.within(TENANT).forms.publish(f"ef-starter-{channel}", starter_documents()[channel])


def words(vendor: Service, who: Access, since: str, until: str) -> list[str]:
    """The command as the how-to has it."""
    given = ["pull", "--from-vendor", "--host", vendor.url, "--client-id", who.client_id, "--account", who.account]
    return [*given, "--org", who.org, "--app", who.app, "--since", since, "--until", until]


def rows(service: Service, report: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """All that a server says."""
    with Client(service.url, access(service)) as client:
        return [row for since, until in spans for row in client.rows(report, since, until)]


@pytest.mark.parametrize(
    ("kind", "since", "until", "count"),
    [
        ("sqlite", datetime(2024, 9, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), COUNT + GOLDENS),
        ("postgresql", FIRST, FIRST + timedelta(days=14), COUNT),
    ],
)
def test_what_is_moved_shows_the_same(  # noqa: PLR0913, PLR0917  (a case, and what it needs)
    vendor: Service,
    kind: str,
    since: datetime,
    until: datetime,
    count: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """Pull | load into an empty database, and every row of call details and assist is equal.

    The other reports agree in all that the vendor tells and that is not worked out anew.
    """
    server = request.getfixturevalue("postgresql_server") if kind == "postgresql" else ""
    with database(kind, server, tmp_path) as url:
        settings = Settings(database_url=url, state_dir=str(tmp_path))
        with bootstrap.open(settings) as application:
            application.store.ensure(TENANT)
            publish(application)
        who = access(vendor)
        command = words(vendor, who, f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}")
        given = environment(
            AUSCULT_CLIENT_SECRET=who.client_secret, AUSCULT_DATABASE_URL=url, AUSCULT_STATE_DIR=str(tmp_path)
        )
        tenant = ["--account", TENANT.account_id, "--org", TENANT.org_id, "--app", TENANT.app_id]
        with subprocess.Popen(  # noqa: S603
            [AUSCULT, *command], cwd=tmp_path, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as pulling:
            loading = subprocess.run(  # noqa: S603
                [AUSCULT, "load", "-", *tenant],
                cwd=tmp_path,
                env=given,
                stdin=pulling.stdout,
                capture_output=True,
                text=True,
                check=False,
            )
            assert pulling.stderr
            note = pulling.stderr.read().decode()
        assert (pulling.returncode, loading.returncode) == (0, 0), note + loading.stderr
        with bootstrap.open(settings) as application, listening(application.server_app()) as address:
            check(vendor, Service(address, application, vendor.http), SPANS if count > COUNT else SPANS[2:3])
    assert f"{count} conversations" in note
    assert "not carried: scores and verdicts, which are made anew here" in note
    assert "left out" not in note


def check(vendor: Service, here: Service, spans: Sequence[Span]) -> None:
    """Compare the two, report by report and row by row: whole where the talk came over, else in what is told."""
    for report in WIRE:
        there, moved = rows(vendor, report, spans), rows(here, report, spans)
        id_of = WIRE[report].id_of
        assert [id_of(row) for row in moved] == [id_of(row) for row in there], report
        assert len(there) >= len(TALKED)
        for before, after in zip(there, moved, strict=True):
            if report in ("calldetails", "aaconversation") or id_of(before) in TALKED:
                assert after == before
            else:
                assert _told(after) == _told(before)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What of a row on quality is told by others, and not worked out from the talk."""
    told = {name: value for name, value in row.items() if name in TOLD}
    worked_out = ("empathy score", "crutch word score")
    return told | {"Agents": [{k: v for k, v in agent.items() if k not in worked_out} for agent in row["Agents"]]}


def moved(vendor: Service, who: Access, folder: Path, *more: str) -> Result:
    """Run the command for the month of the golden calls."""
    command = words(vendor, who, "2024-09-01", "2024-10-01")
    return auscult(folder, *command, *more, settings={"AUSCULT_CLIENT_SECRET": who.client_secret})


def test_what_cannot_be_moved_is_said(vendor: Service, tmp_path: Path) -> None:
    """A word for a channel that may mean either is not guessed; what is written stands in the file, and is whole."""
    who = access(vendor)
    result = moved(vendor, who, tmp_path, "--out", "moved.ndjson", "--without", "account_rawdata")
    assert (result.status, result.out) == (0, "")
    assert "left out: 1 whose channel is not known (agentassist)" in result.err
    assert "--channel WORD=voice" in result.err
    ids = [msgspec.json.decode(line)["id"] for line in (tmp_path / "moved.ndjson").read_bytes().splitlines()]
    assert ids == ["c-92a3ca7-8472-4e59-b927-8995e756xxxx"]
    assert "left out: 1 whose channel is not known (campaign)" in result.err
    assert not list(tmp_path.glob("*.pull*"))


@pytest.mark.landing
def test_a_report_that_may_not_be_read_can_be_left(vendor: Service, tmp_path: Path) -> None:
    """A client without the assistant's scope is refused in the server's words, and may do without; wrong words too."""
    who = access(vendor, "Quality AI", "SmartAssist Analytics")
    refused = moved(vendor, who, tmp_path)
    assert (refused.status, "scope" in refused.err, refused.out) == (1, True, "")
    result = moved(vendor, who, tmp_path, "--without", "aaconversation", "--channel", "agentassist=chat")
    assert (result.status, len(result.lines)) == (0, 3)
    for wrong, reason in (("--channel", "WORD=voice"), ("--without", "there is no report")):
        assert reason in moved(vendor, who, tmp_path, wrong, "fax").err
    assert "name one thing to pull" in moved(vendor, who, tmp_path, "--out", "x", "rawdata").err
