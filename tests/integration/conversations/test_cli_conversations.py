"""``auscult conversations`` and ``auscult webhooks``, as a user runs them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auscult import bootstrap, starter
from auscult.domain.change import Delivery, Webhook, new_webhook_id
from auscult.domain.delivery.webhook_work import Standing
from auscult.domain.tenancy import Tenant
from auscult.formats import Limits
from auscult.reports import REPORTS
from auscult.services.scoring.intake.read import read_file
from auscult.services.scoring.process import Processing
from tests.data_files import data_of
from tests.integration.program import auscult, conversation, write
from tests.integration.working import settings_for
from tests.waiting import existing

pytestmark = pytest.mark.night

TENANT = Tenant(account_id="a-1", org_id="o-1", app_id="st-1")
FORM = data_of(__file__, "form").encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database that has two conversations, one of them in Spanish, and a webhook."""
    spanish = (("agent", "Buenos días, gracias por llamar, ¿en qué puedo ayudarle?"), ("customer", "Hola, mi pedido"))
    file = write(tmp_path / "calls.ndjson", conversation("c-1"), conversation("c-2", spanish, language="es"))
    with bootstrap.open(settings_for(f"sqlite:///{tmp_path / 'test.db'}", tmp_path)) as application:
        application.store.ensure(TENANT)
        app = application.store.within(TENANT)
        app.forms.publish("ef-1", FORM)
        accepted = app.conversations.accept(list(read_file(file, "st-1", Limits())))  # type: ignore[arg-type]
        work = Processing(
            application.store, bootstrap.evaluator(application.settings), REPORTS, lambda: datetime.now(UTC)
        )
        finished = existing(work.evaluate(accepted.batch_id or ""))
        work.record(finished)
        made = Webhook(
            id=new_webhook_id(), url="https://example.com/hook", secret="s", kinds=frozenset({"created"}),
            position=0, created_at=datetime.now(UTC),
        )  # fmt: skip
        app.webhooks.add(made)
        due = existing(application.store.webhook_work.claim(0))
        failed = Delivery(
            number=1, conversation_id="c-1", kind="created", at=datetime.now(UTC), status=None, error="unreachable"
        )
        application.store.webhook_work.keep(due, Standing(0, 5_000, 1), failed)
    return tmp_path


@pytest.mark.landing
def test_conversations_are_listed_and_shown_with_their_evidence(folder: Path) -> None:
    """Score, status and missed metrics in a line each; a conversation with every answer, its reason and its turns."""
    listed = auscult(folder, "conversations", "list", "--app", "st-1").out.splitlines()
    assert len(listed) == 2
    assert listed[0].startswith("c-1  ")
    assert listed[0].endswith("  voice  40 failed, missed: em-sorry")
    assert listed[1].endswith("  voice  not evaluated")
    assert [each["id"] for each in auscult(folder, "conversations", "list", "--app", "st-1", "--json").lines] == [
        "c-1",
        "c-2",
    ]
    assert auscult(folder, "conversations", "list", "--app", "st-1", "--limit", "1").out.splitlines() == listed[:1]
    assert auscult(folder, "conversations", "list", "--app", "st-1", "--until", "2001-01-01").out == ""
    shown = auscult(folder, "conversations", "show", "c-1", "--app", "st-1", "--transcript").out.splitlines()
    assert shown[1] == "40 failed, form ef-1 version 1"
    assert shown[2] == "+ Greeting: YES"
    assert shown[3].startswith("    m0  0:00  Hello, thank you for calling")
    assert shown[4].startswith("- Apology: NO (")
    assert shown[-1].startswith("m7  0:28  agent: Thank you for calling")
    spanish = auscult(folder, "conversations", "show", "c-2", "--app", "st-1").out.splitlines()
    assert spanish[1:] == ["not evaluated: form 'ef-1' is for en, and the conversation is in es"]
    told = auscult(folder, "conversations", "show", "c-1", "--app", "st-1", "--json").last
    assert (told["conversation"]["id"], told["evaluation"]["score"]) == ("c-1", 40)
    unknown = auscult(folder, "conversations", "show", "c-9", "--app", "st-1")
    assert (unknown.status, "unknown conversation 'c-9'" in unknown.err) == (1, True)


def test_webhooks_are_listed_with_what_became_of_them(folder: Path) -> None:
    """Address, changes, what waits and failures, and of one the last attempts. Secrets are not shown."""
    _, line = auscult(folder, "webhooks", "list", "--app", "st-1").out.splitlines()
    (told,) = auscult(folder, "webhooks", "list", "--app", "st-1", "--json").last["items"]
    assert line.split() == [told["id"], "https://example.com/hook", "created", str(told["waiting"]), "1", "no"]
    assert (told["failures"], told["secret"]) == (1, None)
    attempts = auscult(folder, "webhooks", "deliveries", told["id"], "--app", "st-1", "--limit", "5")
    assert attempts.out.splitlines()[1].split()[2:] == ["1", "c-1", "created", "unreachable"]


def test_apps_are_listed(folder: Path) -> None:
    """Each with the account and the org that it belongs to."""
    assert auscult(folder, "apps", "list").out == "st-1  account a-1  org o-1\n"
    assert auscult(folder, "apps", "list", "--json").last == {"app": "st-1", "account": "a-1", "org": "o-1"}


STARTER = Path(starter.__file__).with_name("starter.yaml")
READING = [
    ("apps", "list"),
    ("conversations", "list", "--app", "st-1"),
    ("webhooks", "list", "--app", "st-1"),
    ("tables", "list", "--app", "st-1"),
    ("insights", "--app", "st-1"),
    ("forms", "list", "--app", "st-1"),
    ("clients", "list"),
    ("audits", "list", "--app", "st-1"),
    ("plans", "list", "--app", "st-1"),
    ("assignments", "list", "--app", "st-1"),
    ("recordings", "list", "c-1", "--app", "st-1"),
    ("users", "list"),
    ("tune", str(STARTER), "--audits", "--app", "st-1"),
]


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_a_command_that_reads_makes_no_database(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Started in the wrong folder it says that there is no database, and leaves none behind."""
    looked = auscult(tmp_path, *words)
    assert (looked.status, "there is no database at test.db" in looked.err) == (2, True), looked
    assert list(tmp_path.iterdir()) == []
