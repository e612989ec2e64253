"""E-mails with notices, over a real SMTP server and on both databases: at once, daily, and where acceptance is not known."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from auscult.domain.comments import NewThread
from auscult.domain.errors import AccessError, ConflictError, NotFoundError, RequestError
from auscult.domain.notices import MOST_TRIES, SENDING_FOR, Choices, Notice, digest_since
from auscult.domain.people.principal import Principal, operator, rights_of_scopes
from auscult.services.comments import Commenting
from auscult.services.notices.noticing import Noticing, send_mails
from auscult.services.notices.writing import letter_of
from auscult.services.people.known import people_of
from auscult.services.people.users import Access, Users
from auscult.storage import Store
from auscult.storage.store import AppStore
from auscult.workers.mailer import Mailer
from tests.mailing import MailServer, mail_server
from tests.unit.services.audits.drawing import ANN, AT, TENANT, talks

MINUTE = timedelta(minutes=1)
CONTENT = talks(6)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server that accepts e-mail."""
    with mail_server() as found:
        yield found


class Round:
    """An app in which Ann is an auditor, and the rounds of a worker."""

    def __init__(self, store: Store, server: MailServer) -> None:
        """Add Ann."""
        self.app: AppStore = store.within(TENANT)
        self.store = store
        self.mailer = Mailer(f"smtp://127.0.0.1:{server.port}", "auscult@example.com")
        self.users = Users(store, operator(TENANT.account_id), lambda: AT - timedelta(days=1))
        self.ann = self.users.add(ANN, "Ann", TENANT.account_id, "correct horse battery")
        self.users.grant(self.ann, TENANT, Access(role="auditor"))

    def run(self, at: datetime) -> int:
        """Make and send what is due."""
        return send_mails(self.app, lambda: at, self.mailer.deliver, self.write)

    @staticmethod
    def write(choices: Choices, found: Sequence[Notice]) -> tuple[str, str]:
        """Write as the worker does, without names."""
        return letter_of({}, "https://q.example.com/console", choices.language, found)

    def mine(self, at: datetime = AT) -> Noticing:
        """Return Ann's notices."""
        return Noticing(self.app, lambda: at, self.viewer())

    def viewer(self) -> Principal:
        """Return Ann with her rights."""
        return next(each.principal for each in people_of(self.app, AT + timedelta(days=1)))

    def mention(self, at: datetime = AT, conversation: str = "c-0001") -> None:
        """Mention Ann."""
        talk = Commenting(self.app, lambda: at, operator("mia@example.com"))
        talk.open(conversation, NewThread(text=f"The customer said 4711, @{ANN}."))


@pytest.fixture
def rounds(store: Store, server: MailServer) -> Round:
    """An app with Ann."""
    return Round(store, server)


def test_nothing_is_sent_unless_it_is_chosen(rounds: Round, server: MailServer) -> None:
    """Neither without a choice nor for another kind, nor what happened before it was chosen."""
    rounds.mention()
    assert rounds.run(AT) == 0
    rounds.mine(AT + MINUTE).choose(Choices(late="mail"))
    rounds.mention(AT + 2 * MINUTE)
    assert rounds.run(AT + 3 * MINUTE) == 0
    rounds.mine(AT + 4 * MINUTE).choose(Choices(mentioned="mail"))
    assert rounds.run(AT + 5 * MINUTE) == 0
    assert server.messages == []
    assert rounds.mine().choices() == Choices(mentioned="mail")


def test_an_e_mail_at_once(rounds: Round, server: MailServer) -> None:
    """One for all that is new, once, with a link to each and without words of customers."""
    rounds.mine().choose(Choices(mentioned="mail"))
    rounds.mention()
    rounds.mention(conversation="c-0002")
    assert [rounds.run(AT + n * MINUTE) for n in range(3)] == [1, 0, 0]
    (message,) = server.messages
    (mail,) = rounds.mine().mails()
    assert (message["To"], message["Subject"]) == (ANN, "auscult: 2 notices")
    assert message["Message-ID"] == f"<{mail.mail_id}@example.com>"
    text = message.get_content()
    assert text.count("https://q.example.com/console/notices/no-") == 2
    assert "4711" not in re.sub(r"no-[0-9a-f]+", "", text)
    assert (mail.state, mail.tries) == ("sent", 1)


def test_what_is_not_known_to_be_accepted_is_not_repeated(rounds: Round, server: MailServer) -> None:
    """Until its person asks for it: then it is sent under the same Message-ID."""
    rounds.mine().choose(Choices(mentioned="mail"))
    rounds.mention()
    server.is_losing = True
    assert rounds.run(AT) == 1
    (mail,) = rounds.mine().mails()
    assert (mail.state, mail.can_be_repeated) == ("unknown", True)
    server.is_losing = False
    assert [rounds.run(AT + timedelta(hours=n)) for n in range(1, 4)] == [0, 0, 0]
    assert len(server.messages) == 1
    rounds.mine().send_again(mail.mail_id)
    assert rounds.run(AT + timedelta(hours=4)) == 1
    assert len({message["Message-ID"] for message in server.messages}) == 1
    assert [each.state for each in rounds.mine().mails()] == ["sent"]
    with pytest.raises(ConflictError, match="is sent"):
        rounds.mine().send_again(mail.mail_id)


def test_one_whose_process_ended_is_not_known_either(rounds: Round, server: MailServer) -> None:
    """It may have been sent before the process ended, so the next round does not send it."""

    class KilledError(SystemExit):
        """The process ends."""

    def killed(_: object) -> None:
        raise KilledError

    rounds.mine().choose(Choices(mentioned="mail"))
    rounds.mention()
    with pytest.raises(KilledError):
        send_mails(rounds.app, lambda: AT, killed, rounds.write)  # type: ignore[arg-type]
    assert rounds.run(AT + SENDING_FOR - MINUTE) == 0
    assert [each.state for each in rounds.mine().mails()] == ["sending"]
    assert rounds.run(AT + SENDING_FOR) == 0
    assert [each.state for each in rounds.mine().mails()] == ["unknown"]
    assert server.messages == []


SENDING = """
import sys
from auscult.bootstrap.scheduling import run_notices
from auscult.config import Settings
from auscult.storage import new_secret_key, open_store

settings = Settings(smtp_url=sys.argv[2], mail_from="auscult@example.com", public_url="https://q.example.com")
run_notices(open_store(sys.argv[1], new_secret_key()), settings)
"""


@pytest.mark.landing
def test_a_kill_between_the_text_and_its_answer(rounds: Round, server: MailServer, database_url: str) -> None:
    """A worker that is killed while the server has the text: the e-mail came, is sent once, and is not known to be sent."""
    at = datetime.now(UTC)
    rounds.mine(at - MINUTE).choose(Choices(mentioned="mail"))
    rounds.mention(at)
    order = [sys.executable, "-c", SENDING, database_url, f"smtp://127.0.0.1:{server.port}"]
    with subprocess.Popen(order, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as worker:  # noqa: S603
        server.on_text = lambda: os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    server.on_text = lambda: None
    (mail,) = rounds.mine().mails()
    assert (mail.state, len(server.messages)) == ("sending", 1)
    later = datetime.now(UTC) + SENDING_FOR
    assert [rounds.run(later + n * MINUTE) for n in range(3)] == [0, 0, 0]
    assert [each.state for each in rounds.mine().mails()] == ["unknown"]
    rounds.mine(later).send_again(mail.mail_id)
    assert rounds.run(later + MINUTE) == 1
    assert [each["Message-ID"] for each in server.messages] == [f"<{mail.mail_id}@example.com>"] * 2


@pytest.mark.landing
def test_a_refused_one_is_tried_again(rounds: Round, server: MailServer) -> None:
    """After 2, 4, 8 and 16 minutes; after the fifth try it has failed."""
    rounds.mine().choose(Choices(mentioned="mail"))
    rounds.mention()
    server.refuses_text = True
    tried = [n for n in range(60) if rounds.run(AT + n * MINUTE)]
    assert tried == [0, 2, 6, 14, 30]
    (mail,) = rounds.mine().mails()
    assert (mail.state, mail.tries, mail.reason) == ("failed", MOST_TRIES, "the server answered 554 not this")


def test_what_may_not_be_seen_any_more_is_not_sent(rounds: Round, server: MailServer) -> None:
    """A person without rights when it is sent, also where it waited already."""
    rounds.mine().choose(Choices(mentioned="mail"))
    rounds.mention()
    server.refuses_text = True
    assert rounds.run(AT) == 1
    server.refuses_text, before = False, len(server.messages)
    rounds.store.people.grants.disable(rounds.ann.user_id, AT, may_be_last=True)
    assert rounds.run(AT + timedelta(hours=1)) == 0
    assert len(server.messages) == before
    assert [each.mail.state for each in rounds.app.notices.mails(ANN)] == ["dropped"]


def test_the_digest_comes_once_a_day(rounds: Round, server: MailServer) -> None:
    """With everything that is new and unread, from six o'clock UTC on; on a day without anything there is none."""
    midnight = AT.replace(hour=0, minute=0)
    rounds.mine(midnight).choose(Choices(mentioned="digest"))
    rounds.mention(midnight + timedelta(hours=1))
    rounds.mention(midnight + timedelta(hours=2), "c-0002")
    assert rounds.run(midnight + timedelta(hours=5, minutes=59)) == 0
    assert rounds.run(midnight + timedelta(hours=6)) == 1
    rounds.mention(midnight + timedelta(hours=7))
    assert [rounds.run(midnight + timedelta(hours=hour)) for hour in (8, 23, 29)] == [0, 0, 0]
    assert rounds.run(midnight + timedelta(hours=31)) == 1
    assert rounds.run(midnight + timedelta(hours=55)) == 0
    assert [message["Subject"] for message in server.messages] == [
        "auscult: 2 notices",
        "auscult: mia@example.com mentions you in a comment.",
    ]
    assert [each.way for each in rounds.mine().mails()] == ["digest", "digest"]


def test_what_was_read_meanwhile_is_in_no_digest(rounds: Round, server: MailServer) -> None:
    """There is nothing to send then."""
    midnight = AT.replace(hour=0, minute=0)
    rounds.mine(midnight).choose(Choices(mentioned="digest"))
    rounds.mention(midnight + timedelta(hours=1))
    assert rounds.mine().read_all() == 1
    assert rounds.run(midnight + timedelta(hours=6)) == 0
    assert server.messages == []


def test_the_hour_of_the_digest() -> None:
    """It is due from that hour of a day on, whatever the minute, in the zone of its reader, in winter and in summer."""
    day = AT.replace(hour=6, minute=0)
    assert digest_since(Choices(), day - timedelta(seconds=1)) is None
    assert digest_since(Choices(), day) == digest_since(Choices(), day + timedelta(hours=17)) == day
    berlin = Choices(time_zone="Europe/Berlin", digest_hour=8)
    for month, hour in ((1, 7), (7, 6)):
        due = datetime(2026, month, 15, hour, tzinfo=UTC)
        assert digest_since(berlin, due - timedelta(seconds=1)) is None
        assert digest_since(berlin, due + timedelta(minutes=59)) == due
    # On the day on which clocks go forward, half past two does not exist: it is due once nevertheless.
    night = Choices(time_zone="Europe/Berlin", digest_hour=2)
    assert digest_since(night, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe", ""])
def test_a_time_zone_that_there_is_not(rounds: Round, name: str) -> None:
    """It is refused by its field, and nothing is stored."""
    with pytest.raises(RequestError, match="unknown time zone") as refused:
        rounds.mine().choose(Choices(mentioned="mail", time_zone=name))
    assert (refused.value.reason, refused.value.field) == ("timezone.unknown", "time_zone")
    assert rounds.mine().choices() == Choices()


def test_e_mails_are_in_the_language_of_their_reader(rounds: Round, server: MailServer) -> None:
    """At the hour that they have chosen in their time zone."""
    midnight = AT.replace(hour=0, minute=0)
    chosen = Choices(mentioned="digest", language="de", time_zone="America/New_York", digest_hour=4)
    assert rounds.mine(midnight).choose(chosen) == chosen
    rounds.mention(midnight + timedelta(minutes=1))
    due = datetime(AT.year, AT.month, AT.day, 4, tzinfo=chosen.zone).astimezone(UTC)
    assert [rounds.run(due - MINUTE), rounds.run(due)] == [0, 1]
    (message,) = server.messages
    assert message["Subject"] == "auscult: mia@example.com erwähnt Sie in einem Kommentar."
    rounds.mention(due + MINUTE)
    rounds.mention(due + MINUTE, "c-0002")
    assert rounds.run(due + timedelta(days=1)) == 1
    assert server.messages[1]["Subject"] == "auscult: 2 Mitteilungen"


def test_only_people_choose(rounds: Round) -> None:
    """A client has neither ways nor e-mails, and an e-mail is its person's own."""
    client = Noticing(rounds.app, lambda: AT, rights_of_scopes("cs-1", TENANT.account_id, frozenset()))
    assert (client.choices(), client.mails()) == (Choices(), [])
    with pytest.raises(AccessError, match="for people"):
        client.choose(Choices(late="mail"))
    with pytest.raises(NotFoundError):
        rounds.mine().send_again("nm-none")
