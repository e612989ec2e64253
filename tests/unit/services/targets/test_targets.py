"""Targets of notices through Apprise itself, to a real HTTP server, on both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auscult.domain.comments import NewThread
from auscult.domain.delivery.addresses import PUBLIC, opened
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.notices import NewNotice, Notice
from auscult.domain.people.principal import Principal, operator, rights_of_scopes
from auscult.domain.targets import MOST, MOST_TRIES, SENDING_FOR, TRIAL, NewTarget, Post, Target
from auscult.outgoing.dialling import AddressRefusedError
from auscult.sandbox.messages import NOT_ALLOWED, Messenger
from auscult.services.comments import Commenting
from auscult.services.notices.noticing import Noticing
from auscult.services.people.known import people_of
from auscult.services.people.users import Access, Users
from auscult.services.targets.sending import Targets, send_messages
from auscult.services.targets.writing import message_of
from auscult.storage import Store
from auscult.storage.notices import write_notices
from tests.unit.services.audits.drawing import ANN, AT, BOB, TENANT, talks
from tests.unit.services.targets.posting import PostServer, post_server

MINUTE = timedelta(minutes=1)
LOCAL = Messenger(opened("127.0.0.0/8"))
CONTENT = talks(6)


@pytest.fixture
def server() -> Iterator[PostServer]:
    """A server that accepts messages."""
    with post_server() as found:
        yield found


class Round:
    """An app in which Ann is an auditor, and the rounds of a worker."""

    def __init__(self, store: Store, server: PostServer) -> None:
        """Add Ann."""
        self.store, self.server = store, server
        self.app = store.within(TENANT)
        users = Users(store, operator(TENANT.account_id), lambda: AT - timedelta(days=1))
        self.ann = users.add(ANN, "Ann", TENANT.account_id, "correct horse battery")
        users.grant(self.ann, TENANT, Access(role="auditor"))

    def viewer(self) -> Principal:
        """Return Ann with her rights."""
        return next(each.principal for each in people_of(self.app, AT + timedelta(days=1)))

    def targets(self, viewer: Principal | None = None, at: datetime = AT) -> Targets:
        """Return the targets as a person sees them, Ann unless given."""
        return Targets(self.app, lambda: at, viewer or self.viewer())

    def add(self, at: datetime = AT, *, is_of_app: bool = False, language: str = "en", **changes: object) -> Target:
        """Add a target that leads to the server."""
        kinds = ("late", "to_decide") if is_of_app else ("mentioned", "late")
        wanted = {"name": "Channel", "address": self.server.address, "kinds": kinds, "language": language}
        viewer = operator("mia@example.com") if is_of_app else None
        made = NewTarget(is_of_app=is_of_app, **wanted | changes)  # type: ignore[arg-type]
        return self.targets(viewer, at).add(made, LOCAL.service_of)

    def only(self) -> Target:
        """Return the one target."""
        (found,) = self.app.targets.listing(is_all=True)
        return found.target

    def mention(self, at: datetime = AT, conversation: str = "c-0001") -> None:
        """Mention Ann."""
        talk = Commenting(self.app, lambda: at, operator("mia@example.com"))
        talk.open(conversation, NewThread(text=f"The customer said 4711, @{ANN}."))

    def notify(self, *made: NewNotice) -> None:
        """Write notices."""
        with self.app.notices._database.writing() as connection:
            write_notices(connection, self.app.notices._database.dialect, 1, made)

    def run(self, at: datetime, messenger: Messenger = LOCAL) -> int:
        """Send what is new."""
        return send_messages(self.app, lambda: at, messenger.send, write)


def write(target: Target, found: Sequence[Notice]) -> tuple[str, str]:
    """Write as the worker does, without names."""
    return message_of({}, "https://q.example.com/console", target, found)


@pytest.fixture
def rounds(store: Store, server: PostServer) -> Round:
    """An app with Ann."""
    return Round(store, server)


@pytest.mark.landing
def test_a_persons_own_target(rounds: Round, server: PostServer) -> None:
    """It gets what is new since, of its kinds, once, in its language, with links, and without words of customers."""
    rounds.mention()
    made = rounds.add(language="de")
    assert (made.service, made.state, made.person) == ("JSON", "ready", ANN)
    rounds.mention(AT + MINUTE)
    rounds.mention(AT + MINUTE, "c-0002")
    assert [rounds.run(AT + n * MINUTE) for n in range(2, 5)] == [1, 0, 0]
    (message,) = server.messages
    assert message["title"] == "auscult: 2 Mitteilungen"
    assert message["message"].count("https://q.example.com/console/notices/no-") == 2
    assert "erwähnt Sie" in message["message"]
    assert "The customer said" not in message["message"]
    assert rounds.only().state == "ready"


@pytest.mark.landing
def test_what_was_read_or_may_not_be_seen_is_not_sent(rounds: Round, server: PostServer) -> None:
    """Nor to a person without rights."""
    rounds.add()
    rounds.mention()
    Noticing(rounds.app, lambda: AT, rounds.viewer()).read_all()
    assert rounds.run(AT + MINUTE) == 0
    rounds.mention(AT + MINUTE)
    rounds.store.people.grants.disable(rounds.ann.user_id, AT, may_be_last=True)
    assert rounds.run(AT + 2 * MINUTE) == 0
    assert server.messages == []


@pytest.mark.landing
def test_a_target_of_the_app(rounds: Round, server: PostServer) -> None:
    """It gets work of everyone, each thing once, without names, with links to the very thing."""
    rounds.add(is_of_app=True)
    late = [NewNotice(ANN, "late", "as-1", AT, by="mia@example.com", conversation_id="c-0001")]
    rounds.notify(*late, NewNotice(ANN, "to_decide", "di-1", AT), NewNotice(ANN, "to_decide", "di-1", AT))
    rounds.mention()
    assert rounds.run(AT + MINUTE) == 1
    (text,) = server.texts
    assert text.splitlines() == [
        "An audit is late.",
        "https://q.example.com/console/audits/c-0001",
        "",
        "A dispute waits for its decision.",
        "https://q.example.com/console/disputes/di-1",
    ]


@pytest.mark.landing
def test_a_message_that_is_refused(rounds: Round, server: PostServer) -> None:
    """It is tried again after 2, 4, 8 and 16 minutes, and then nothing more, until a trial message arrives."""
    made = rounds.add()
    rounds.mention()
    server.status = 404
    assert [n for n in range(1, 80) if rounds.run(AT + n * MINUTE)] == [1, 3, 7, 15, 31]
    assert len(server.messages) == MOST_TRIES
    failed = rounds.only()
    assert failed.state == "failed"
    assert "404" in failed.reason
    assert rounds.targets().attempt(made.target_id, LOCAL.send).state == "refused"
    assert rounds.only().state == "failed"
    server.status = 200
    assert rounds.targets(at=AT + timedelta(hours=2)).attempt(made.target_id, LOCAL.send).state == "sent"
    assert (server.messages[-1]["title"], server.messages[-1]["message"]) == TRIAL["en"]
    assert (rounds.only().state, rounds.only().reason) == ("ready", "")
    assert rounds.run(AT + timedelta(hours=3)) == 0, "what happened meanwhile is in the console"
    rounds.mention(AT + timedelta(hours=3))
    assert rounds.run(AT + timedelta(hours=4)) == 1


SENDING = """
import sys
from auscult.bootstrap.scheduling import run_notices
from auscult.config import Settings
from auscult.storage import open_store

run_notices(open_store(sys.argv[1], sys.argv[2].encode()), Settings(outgoing_networks="127.0.0.0/8"))
"""


@pytest.mark.landing
def test_a_kill_between_the_message_and_its_answer(rounds: Round, server: PostServer, database_url: str) -> None:
    """The worker is killed while the service has the message: it is not sent again, and the target shows it."""
    at = datetime.now(UTC) - MINUTE
    rounds.add(at)
    rounds.mention(at)
    order = [sys.executable, "-c", SENDING, database_url, rounds.store.secret_key.decode()]
    with subprocess.Popen(order, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as worker:  # noqa: S603
        server.on_post = lambda: os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    server.on_post = lambda: None
    assert (rounds.only().state, len(server.messages)) == ("sending", 1)
    later = datetime.now(UTC) + SENDING_FOR
    assert [rounds.run(later + n * MINUTE) for n in range(3)] == [0, 0, 0]
    assert rounds.only().state == "unknown"
    rounds.mention(later)
    assert rounds.run(later + MINUTE) == 1
    assert (rounds.only().state, len(server.messages)) == ("ready", 2)


@pytest.mark.landing
def test_addresses_are_checked_and_secret(rounds: Round, server: PostServer) -> None:
    """Neither an address inside, nor one that Apprise cannot read or does not reach over HTTP; none is stored in the clear."""
    with pytest.raises(AddressRefusedError) as inside:
        rounds.targets().add(NewTarget(name="n", address=server.address, kinds=("late",)), Messenger(PUBLIC).service_of)
    assert (inside.value.field, inside.value.value) == ("address", None)
    for address, words in [
        ("nothing://x", "Apprise cannot read"),
        ("mailto://user:pass@example.com", "not sent over HTTP"),
        ("syslog://", "not sent over HTTP"),
        ("words", "give one as"),
    ]:
        with pytest.raises(RequestError, match=words) as refused:
            rounds.add(address=address)
        assert (refused.value.reason, refused.value.field) == ("target.invalid", "address")
    assert rounds.app.targets.listing(is_all=True) == []
    rounds.add(address=f"{server.address}?secret=4711")
    with rounds.app.targets._database.reading() as connection:
        stored = bytes(connection.exec_driver_sql("SELECT address FROM notice_targets").scalar_one())
    assert b"4711" not in stored


@pytest.mark.landing
def test_what_a_name_leads_to_is_checked_when_it_is_sent(server: PostServer) -> None:
    """An address that was stored while a network was open reaches nothing once it is closed."""
    post = Post(server.address.replace("127.0.0.1", "localhost"), "title", "text")
    assert Messenger(PUBLIC).send(post) == ("refused", NOT_ALLOWED)
    assert server.messages == []
    assert LOCAL.send(post).state == "sent"


TRYING = """
import socket, subprocess, sys
from auscult.sandbox.guard import guard

listening = socket.create_server(("127.0.0.1", 0))
guard(listening.getsockname()[1])
socket.create_connection(listening.getsockname()).close()
refused = 0
for attempt in (
    lambda: open("/etc/passwd"),
    lambda: open(sys.argv[1], "w"),
    lambda: subprocess.run(["true"]),
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2]))),
):
    try:
        attempt()
    except PermissionError:
        refused += 1
print(refused)
"""


def test_senders_of_others_are_confined(server: PostServer, tmp_path: Path) -> None:
    """They read no files of this machine, write none, start no programs, and connect to the relay alone."""
    order = [sys.executable, "-c", TRYING, str(tmp_path / "file"), str(server.server_port)]
    done = subprocess.run(order, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "4\n"
    assert not (tmp_path / "file").exists()


@pytest.mark.landing
def test_whose_targets(rounds: Round) -> None:
    """A person sees their own targets only; those of the app need the right to manage webhooks; a client has none."""
    mine = rounds.add()
    shared = rounds.add(is_of_app=True)
    assert [each.target_id for each in rounds.targets().listing()] == [mine.target_id]
    other = rounds.targets(operator(BOB))
    assert [each.target_id for each in other.listing()] == [shared.target_id]
    with pytest.raises(NotFoundError):
        other.remove(mine.target_id)
    with pytest.raises(NotFoundError):
        rounds.targets().remove(shared.target_id)
    with pytest.raises(AccessError):
        rounds.targets().add(
            NewTarget(name="n", address="json://example.com", kinds=("late",), is_of_app=True), lambda _: "JSON"
        )
    client = rounds.targets(rights_of_scopes("cs-1", TENANT.account_id, frozenset({"conversations:read"})))
    with pytest.raises(AccessError, match="for people"):
        client.add(NewTarget(name="n", address="json://example.com", kinds=("late",)), lambda _: "JSON")
    with pytest.raises(RequestError, match="a target of the app gets"):
        rounds.add(is_of_app=True, kinds=("mentioned",))
    rounds.targets().remove(mine.target_id)
    assert rounds.targets().listing() == []


def test_a_person_has_ten(rounds: Round) -> None:
    """One more is refused."""
    for n in range(MOST):
        wanted = NewTarget(name=f"n{n}", address="json://example.com", kinds=("late",))
        rounds.targets().add(wanted, lambda _: "JSON")
    with pytest.raises(ConflictError, match="at most 10"):
        rounds.targets().add(NewTarget(name="n", address="json://example.com", kinds=("late",)), lambda _: "JSON")
