"""``AUSCULT_SECRET_KEY`` is rotated as docs/how-to/rotate-keys.md says, with a server before and after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from pyotp.totp import TOTP

from auscult import bootstrap
from auscult.config import Settings
from auscult.domain.change import Webhook
from auscult.domain.conversation import Customer, Turn
from auscult.domain.delivery.destinations import Destination
from auscult.domain.errors import AuscultError
from auscult.domain.people.principal import operator
from auscult.services.people.browsers import KnownBrowsers
from auscult.services.people.second_factor import SecondFactors
from auscult.services.people.sign_in import Origin, SignIn
from auscult.services.people.users import Users
from auscult.services.privacy.log import verify
from auscult.storage.core.database import Database
from auscult.storage.core.tables.base import METADATA
from auscult.storage.privacy.redaction import originals_lock
from auscult.storage.recordings.keys import keys_lock
from tests.contract.storing import conversation
from tests.e2e.own import Own, problem
from tests.e2e.people.signing_in import PASSWORD, Browser, add
from tests.e2e.serving import TENANT, Service, listening, process
from tests.e2e.sounding import tone
from tests.integration.program import auscult
from tests.waiting import PATIENCE_S, existing

pytestmark = pytest.mark.night

HOOK_SECRET = "whsec_c2VjcmV0"
SECRETS = {
    "approvals.subject",
    "clients.secret",
    "connectors.secrets",
    "recording_keys.locked",
    "redactions.originals",
    "second_factors.secret",
    "webhooks.secret",
}
"""Every column that a key locks; those of live conversations are in tests/integration/operations/test_keys.py."""


@contextmanager
def served(url: str, key: str, folder: Path) -> Iterator[Service]:
    """A server whose key is a setting."""
    settings = Settings(
        database_url=url,
        secret_key=key,
        state_dir=str(folder),
        recordings=str(folder / "sound"),
        recording_encryption="on",
        rate_limit=0,
    )
    with (
        bootstrap.open(settings) as application,
        listening(application.server_app()) as address,
        httpx.Client(timeout=PATIENCE_S) as http,
    ):
        application.store.ensure(TENANT)
        yield Service(address, application, http)


def opened_by(url: str, key: str) -> set[str]:
    """Return the columns in which something is that this key, or one derived from it to lock, opens."""
    plain = key.encode()
    locks = (Fernet(plain), originals_lock(plain), keys_lock(plain))
    found: set[str] = set()
    database = Database(url)
    with database.reading() as connection:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, sa.LargeBinary) or table.name == "kept_keys":
                    continue
                for value in connection.scalars(sa.select(column).where(column.is_not(None))):
                    if any(_opens(lock, bytes(value)) for lock in locks):
                        found.add(f"{table.name}.{column.name}")
    database.close()
    return found


def _opens(lock: Fernet, value: bytes) -> bool:
    try:
        lock.decrypt(value)
    except InvalidToken:
        return False
    return True


def browsers(service: Service) -> KnownBrowsers:
    """Who checks the marks of browsers that are known."""
    return SignIn(service.store).browsers


class Given(NamedTuple):
    """What was handed out under the old key."""

    ann: Browser
    own: Own
    token: str
    factor: str
    recovery: str
    step: str
    mark: str
    link: str
    approval: int


def fill(service: Service) -> Given:
    """Have something in every column that is locked, and hand out everything that is signed."""
    own = Own(
        service,
        service.new_client("recordings:read", "recordings:write", "conversations:write", "conversations:read"),
    )
    ann = Browser(service, add(service, "ann", "administrator"))
    users, lasts = Users(service.store, operator()), timedelta(days=1)
    eve = users.find(add(service, "eve", "administrator"))
    add(service, "bob", "administrator")
    factors = SecondFactors(service.store)
    factor = factors.begin(eve).secret
    (recovery, *_) = factors.confirm(eve, TOTP(factor).now(), None)
    mark = SignIn(service.store).by_password("ann@example.com", PASSWORD, Origin()).mark
    assert browsers(service).id_of(mark)
    ann.ask("PUT", "/privacy", {"redaction": "token", "two_people": True})
    said = (Turn("m1", "customer", "my name is Ada Lovelace, ada@example.com"),)
    process(service.application, [conversation("c-1", customer=Customer(id="u-9"), turns=said)])
    wav = {"Content-Type": "audio/wav"}
    link = own.ask("POST", "/conversations/c-1/recordings", tone(), headers=wav).json()["url"]
    assert httpx.get(link).content == tone()
    app = service.store.within(TENANT)
    hook = Webhook(
        id="wh-1",
        url="https://w.example.com/x",
        secret=HOOK_SECRET,
        kinds=frozenset({"audited"}),
        position=0,
        created_at=datetime.now(UTC),
    )
    app.webhooks.add(hook)
    app.connectors.apply("calls", {"password": "swordfish"}, None, to=Destination("folder"))
    return Given(
        ann=ann,
        own=own,
        token=users.issue_token(users.find("ann@example.com"), "script", lasts, lasts).secret,
        factor=factor,
        recovery=recovery,
        step=factors.first_step(eve, "password"),
        mark=mark,
        link=link,
        approval=ann.ask("POST", "/erasures", {"by": "customer", "value": "u-9"}).json()["approval"],
    )


@pytest.mark.landing
def test_a_key_is_rotated(database_url: str, tmp_path: Path) -> None:
    """Sessions, tokens, clients and everything that waits go on; links, marks of browsers and the old key end."""
    old = Fernet.generate_key().decode()
    with served(database_url, old, tmp_path) as service:
        given = fill(service)
    assert opened_by(database_url, old) == SECRETS
    words = ("keys", "rotate", "--to-file", "new.key", "--database", database_url)
    settings = {"AUSCULT_SECRET_KEY": old, "AUSCULT_STATE_DIR": str(tmp_path)}
    done = auscult(tmp_path, *words, settings=settings)
    assert (done.status, "AUSCULT_SECRET_KEY_FILE=new.key" in done.err) == (0, True), done.err
    new = (tmp_path / "new.key").read_text().strip()
    assert (opened_by(database_url, old), opened_by(database_url, new)) == (set(), SECRETS)
    with pytest.raises(AuscultError) as refused, served(database_url, old, tmp_path):
        pass
    assert refused.value.reason == "secret_key.wrong"
    with served(database_url, new, tmp_path) as service:
        given.ann.service = given.own.service = service
        given.ann.headers = {"Origin": service.url}
        what_goes_on(service, given)
        what_ends(service, given)
        bob = Browser(service, "bob@example.com")
        done_now = bob.ask("POST", f"/approvals/{given.approval}/approve").json()
        assert done_now["approval"]["state"] == "approved", "what it is about is still known"
        assert bob.ask("GET", "/conversations/c-1").status_code == 404


def what_goes_on(service: Service, given: Given) -> None:
    """Users stay signed in, and no other system gets a new secret."""
    ann, app = given.ann, service.store.within(TENANT)
    assert ann.ask("GET", "/conversations/c-1").status_code == 200
    bearer = {"Authorization": f"Bearer {given.token}"}
    assert ann.ask("GET", "/conversations/c-1", headers=bearer).status_code == 200
    assert given.own.ask("GET", "/conversations/c-1").status_code == 200
    assert "Ada Lovelace" in ann.ask("GET", "/conversations/c-1/original").text
    assert app.connectors.secrets("calls", Destination("folder")) == {"password": "swordfish"}
    eve = Users(service.store, operator()).find("eve@example.com")
    assert existing(service.store.people.second_factors.get(eve.user_id)).secret == given.factor
    SecondFactors(service.store).check(eve, given.recovery)
    (item,) = given.own.ask("GET", "/conversations/c-1/recordings").json()["items"]
    assert httpx.get(item["url"]).content == tone(), "a new link to what was encrypted before"
    assert verify(service.store) == []


def what_ends(service: Service, given: Given) -> None:
    """Whatever somebody with the old key could sign."""
    here = given.link.replace(given.link.partition("/api/")[0], service.url)
    problem(httpx.get(here), 403, "recording_link.invalid")
    assert browsers(service).id_of(given.mark) is None
    with pytest.raises(AuscultError, match="begin again"):
        SecondFactors(service.store).user_of(given.step)
