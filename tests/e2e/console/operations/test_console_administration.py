"""Administration in the console: each page does what its service does, for those whose grants open it."""

import re
import uuid
from collections.abc import Iterator, Mapping

import httpx
import pytest
from msgspec.structs import replace

from tests.data_files import data_of
from tests.e2e.consoles import ROLES, email_of, signed_in
from tests.e2e.serving import TENANT, Service
from tests.integration.working import conversation
from tests.waiting import existing

PATH = "/console/administration"
TABS = {tab: set(roles) for tab, roles in data_of(__file__, "tabs").items()}


@pytest.fixture
def root(served: Service) -> Iterator[httpx.Client]:
    """A client that has signed in as the administrator."""
    with signed_in(served, "administrator") as client:
        yield client


def led(client: httpx.Client, path: str, data: Mapping[str, str | list[str]]) -> str:
    """Post a form that leads on, and return the page that it leads to."""
    answer = client.post(path, data=data)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


@pytest.mark.landing
@pytest.mark.parametrize("role", ROLES)
def test_tabs_by_role(served: Service, role: str) -> None:
    """Each role sees the tabs that its grants open in the whole app, and no other page of administration."""
    with signed_in(served, role) as client:
        mine = {name for name, roles in TABS.items() if role in roles}
        for name in TABS:
            assert client.get(f"{PATH}/{name}").status_code == (200 if name in mine else 403), name
        first = client.get(PATH)
        assert first.status_code == (303 if mine else 403)
        home = client.get("/console").text
        assert ("/console/administration" in home) is bool(mine)
        if mine:
            html = client.get(first.headers["location"]).text
            assert set(re.findall(rf'href="{PATH}/(\w+)"', html)) == mine


@pytest.mark.landing
def test_add_grant_and_disable_a_user(served: Service, root: httpx.Client) -> None:
    """Somebody is added with a role, gets another, loses it, is disabled and out at once; the history stays."""
    form = {"email": "new@example.com", "name": "New", "role": "auditor", "password": "correct horse battery"}
    page = led(root, f"{PATH}/users", form)
    assert "Added." in page
    (path,) = set(re.findall(rf'action="({PATH}/users/[^"/]+)/grants"', page))
    assert "Granted." in led(root, f"{path}/grants", {"role": "supervisor", "queue": "Retail Banking"})
    page = root.get(path).text
    assert "Supervisor" in page
    revoke = re.findall(r'action="([^"]+/revoke)"', page)
    assert len(revoke) == 2
    assert "Revoked" in led(root, revoke[0], {})
    with httpx.Client(base_url=served.url, headers={"Origin": served.url}) as theirs:
        sign_in = {"email": "new@example.com", "password": "correct horse battery"}
        assert theirs.post("/console/sign-in", data=sign_in).status_code == 303
        assert theirs.get("/console").status_code == 200
        led(root, f"{path}/state", {"act": "disable"})
        assert theirs.get("/console").status_code == 303
    assert "Active again." in led(root, f"{path}/state", {"act": "enable"})
    refused = root.post(f"{PATH}/users", data={**form, "email": "nobody"})
    assert refused.status_code == 422
    assert "invalid e-mail address" in refused.text.lower()
    for password in ("short", "new@example.com", "password1234"):
        assert root.post(f"{path}/password", data={"password": password}).status_code == 409
    weak = root.post(f"{path}/password", data={"password": "yuiop[]hjkl;"}, headers={"Accept-Language": "de"})
    assert "Leicht zu erratendes Passwort: nebeneinanderliegende Tasten" in weak.text
    with signed_in(served, "qa-manager") as manager:
        assert manager.post(f"{PATH}/users", data=form).status_code == 403
        assert "Add a user" not in manager.get(f"{PATH}/users").text


def test_why_can_they_see_this(served: Service, root: httpx.Client) -> None:
    """The page of a user names the grant that opens a conversation, or what is missing."""
    user = existing(served.store.people.users.by_email(email_of("supervisor")))
    every = [each.conversation for each in served.store.within(TENANT).conversations.rerender("", 1_000)]
    seen = next(each for each in every if any(one.name == "Retail Banking" for one in each.queues))
    unseen = next(each for each in every if all(one.name != "Retail Banking" for one in each.queues))
    path = f"{PATH}/users/{user.user_id}"
    assert "They see it: supervisor for queues" in root.get(f"{path}?conversation={seen.id}").text
    assert "They do not see it" in root.get(f"{path}?conversation={unseen.id}").text
    assert "Unknown conversation" in root.get(f"{path}?conversation=c-none").text


def test_grants_name_who_granted_them(served: Service, root: httpx.Client) -> None:
    """A person by name, the operator as such; a client and a command in words."""
    user = existing(served.store.people.users.by_email(email_of("analyst")))
    people = served.store.people
    for by in (email_of("qa-manager"), "cli:max", TENANT.account_id):
        grant = people.grants.of_user(user.user_id)[0]
        people.grants.add(replace(grant, grant_id=f"g-{uuid.uuid4()}", granted_by=by))
    page = root.get(f"{PATH}/users/{user.user_id}").text
    assert all(f">{each}<" in page for each in ("Qa-manager", "max, by a command", "The operator"))
    assert f">{TENANT.account_id}<" not in page


def test_a_role_of_ones_own(root: httpx.Client) -> None:
    """Only somebody who manages the whole account defines roles; an administrator of one app reads them."""
    page = root.get(f"{PATH}/roles")
    assert "QA manager" in page.text
    assert root.post(f"{PATH}/roles", data={"name": "listener", "permission": "recording.play"}).status_code == 403


def test_a_client_with_its_secret_shown_once(served: Service, root: httpx.Client) -> None:
    """The secret stands in the answer alone; the client works at once, and no longer once it is revoked."""
    made = root.post(f"{PATH}/clients", data={"scope": ["conversations:read", "jobs:read"]})
    assert made.status_code == 200
    (client_id,) = re.findall(r'<dd class="mono">(cs-[0-9a-f-]{36})</dd>', made.text)
    (secret,) = re.findall(r'class="mono secret">([^<]+)<', made.text)
    assert secret not in root.get(f"{PATH}/clients").text
    client = existing(served.store.clients.find(client_id))
    assert client.secret == secret
    headers = {"Authorization": f"Bearer {served.token(client)}"}
    asked = f"/api/v1/conversations?limit=1&app={TENANT.app_id}"
    assert httpx.get(f"{served.url}{asked}", headers=headers).status_code == 200
    assert "Set: its reports" in led(root, f"{PATH}/clients/{client_id}/wire", {"wire": "2026-10"})
    (found,) = [each for each in served.store.clients.listing() if each.client_id == client_id]
    assert found.wire == "2026-10"
    assert root.post(f"{PATH}/clients/{client_id}/wire", data={"wire": "2027-01"}).status_code == 400
    assert "Revoked" in led(root, f"{PATH}/clients/{client_id}/revoke", {})
    assert served.store.clients.find(client_id) is None
    assert root.post(f"{PATH}/clients", data={}).status_code == 422
    assert root.post(f"{PATH}/clients/cs-none/revoke").status_code == 404
    assert root.post(f"{PATH}/clients/cs-none/wire", data={"wire": "off"}).status_code == 404


def test_webhooks(root: httpx.Client) -> None:
    """A webhook is added with a secret shown once, stands in the list, has a page of deliveries, and goes."""
    bad = root.post(f"{PATH}/webhooks", data={"url": "ftp://example.com", "kind": ["created"]})
    assert bad.status_code == 422
    made = root.post(f"{PATH}/webhooks", data={"url": "https://example.com/hook", "kind": ["created", "audited"]})
    (secret,) = re.findall(r'class="mono secret">([^<]+)<', made.text)
    page = root.get(f"{PATH}/webhooks").text
    assert secret not in page
    (path,) = re.findall(rf'href="({PATH}/webhooks/[^"]+)"', page)
    assert "Nothing was sent yet" in root.get(path).text
    assert "Removed" in led(root, f"{path}/remove", {})
    assert root.get(path).status_code == 404


def test_webhooks_for_channels(root: httpx.Client) -> None:
    """A template is checked when the webhook is added, with what it can name; the list says what is posted."""
    form = {"url": "https://hooks.slack.com/services/T1/B1/x", "kind": ["audited"], "format": "slack"}
    bad = root.post(f"{PATH}/webhooks", data={**form, "template": "{scores}"})
    assert bad.status_code == 422
    assert "unknown field {scores}" in bad.text
    assert root.post(f"{PATH}/webhooks", data={**form, "format": "fax"}).status_code == 422
    root.post(f"{PATH}/webhooks", data={**form, "template": "{score} {link}"})
    page = root.get(f"{PATH}/webhooks").text
    assert "Messages in Slack" in page
    (path,) = re.findall(rf'href="({PATH}/webhooks/[^"]+)"', page)
    led(root, f"{path}/remove", {})


def test_jobs_and_health(root: httpx.Client) -> None:
    """What is behind stands there with what to do."""
    page = root.get(f"{PATH}/jobs").text
    assert "Last backup" in page
    assert "auscult backup" in page
    assert root.post(f"{PATH}/jobs/none/retry").status_code == 404


def test_jobs_page_asks_again_while_a_job_is_open(served: Service, root: httpx.Client) -> None:
    """A waiting job makes the page change by itself; a failed one, which waits for a person, does not."""
    app = served.store.within(TENANT)
    assert "hx-trigger" not in root.get(f"{PATH}/jobs").text
    batch_id = str(app.conversations.accept([conversation("c-waiting")]).batch_id)
    assert 'hx-trigger="every 3s"' in root.get(f"{PATH}/jobs").text
    served.store.work.fail(batch_id, "no engine")
    page = root.get(f"{PATH}/jobs").text
    assert "no engine" in page
    assert "hx-trigger" not in page
    app.jobs.cancel(batch_id)


def test_retention_is_previewed_before_it_is_set(served: Service, root: httpx.Client) -> None:
    """A change says first what it erases, without storing anything; what is set is logged and shown."""
    app = served.store.within(TENANT)
    preview = root.post(f"{PATH}/retention", data={"queue": "*", "days": "1", "act": "preview"})
    assert preview.status_code == 200
    assert re.search(r"\d+ conversations", preview.text)
    assert app.retention.rules() == []
    refused = root.post(
        f"{PATH}/retention", data={"queue": "*", "days": "0", "act": "set"}, headers={"Accept-Language": "de"}
    )
    assert refused.status_code == 422
    assert "von 1 bis 36.500" in refused.text
    (previewed,) = re.findall(r'name="previewed" value="([^"]+)"', preview.text)
    changed = root.post(f"{PATH}/retention", data={"queue": "*", "days": "2", "act": "set", "previewed": previewed})
    assert re.search(r"\d+ conversations", changed.text), "a rule that was not previewed is previewed first"
    assert app.retention.rules() == []
    seen = {"act": "set", "queue": "*", "days": "36000", "previewed": "*/conversation/36000"}
    assert "36,000 days" in led(root, f"{PATH}/retention", seen)
    assert [(each.queue, each.days) for each in app.retention.rules()] == [("*", 36_000)]
    led(root, f"{PATH}/retention", {**seen, "days": "", "previewed": "*/conversation/"})
    assert app.retention.rules() == []


def test_holds_and_erasure_of_a_customer(served: Service, root: httpx.Client) -> None:
    """A customer's conversations are listed, held ones stay, the rest goes with a certificate."""
    app = served.store.within(TENANT)
    every = [each.conversation for each in app.conversations.rerender("", 1_000)]
    customer = next(each.customer.id for each in every if each.customer and each.customer.id)
    theirs = [each.id for each in every if each.customer and each.customer.id == customer]
    hold = {"kind": "conversation", "conversation": theirs[0], "reason": "Hearing"}
    assert "On hold" in led(root, f"{PATH}/holds", hold)
    assert root.post(f"{PATH}/holds", data={**hold, "reason": ""}).status_code == 422
    found = root.post(f"{PATH}/erasure", data={"by": "customer", "value": customer, "act": "find"}).text
    listed = re.findall(r'name="listed" value="([^"]+)"', found)
    assert set(listed) == set(theirs[1:])
    assert "kept by a hold" in found
    stale = {"by": "customer", "value": customer, "act": "erase", "listed": [*listed, "c-other"]}
    assert root.post(f"{PATH}/erasure", data=stale).status_code == 422
    assert all(app.conversations.get(each) is not None for each in theirs)
    if listed:
        page = led(root, f"{PATH}/erasure", {"by": "customer", "value": customer, "act": "erase", "listed": listed})
        assert "The certificate is er-" in page
        assert [app.conversations.get(each) is not None for each in theirs] == [True, *([False] * len(listed))]
    (number,) = re.findall(rf'action="{PATH}/holds/(\d+)/lift"', root.get(f"{PATH}/holds").text)
    assert root.post(f"{PATH}/holds/{number}/lift", data={}).status_code == 422
    assert "Lifted" in led(root, f"{PATH}/holds/{number}/lift", {"reason": "Over"})


@pytest.mark.parametrize(
    ("by", "value", "said"),
    [("email", "com", "geben Sie sie als name@host an"), ("phone", "12", "mindestens 7 Ziffern")],
)
def test_half_an_address_or_number_erases_nobody(root: httpx.Client, by: str, value: str, said: str) -> None:
    """It is refused rather than found in the conversations of others, or in none."""
    german = {"Accept-Language": "de"}
    answer = root.post(f"{PATH}/erasure", data={"by": by, "value": value, "act": "find"}, headers=german)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{value}"' in answer.text


def test_the_log_is_read_and_checked(served: Service) -> None:
    """The inspector reads and filters the log, reading stands in it, and its check finds it whole."""
    with signed_in(served, "inspector") as inspector:
        inspector.get(f"{PATH}/log")
        rows = inspector.get(f"{PATH}/log").text.partition("<tbody>")[2]
        assert ">Log read</a>" in rows
        assert "filters" not in rows
        assert ">log.read<" not in rows
        only = inspector.get(f"{PATH}/log?action=user.added").text
        assert "Log read" not in only.partition("<tbody>")[2]
        mine = inspector.get(f"{PATH}/log?principal=user:{email_of('inspector')}&target=none")
        assert "No matching entry" in mine.text
        checked = inspector.post(f"{PATH}/log/check")
        assert "The log is whole" in checked.text


def test_settings(served: Service, root: httpx.Client) -> None:
    """Redaction is switched on for what comes from now on."""
    assert "Apache-2.0" in root.get(f"{PATH}/settings").text
    assert "Changed." in led(root, f"{PATH}/settings", {"redaction": "mask", "countries": "de, us"})
    found = served.store.within(TENANT).privacy.settings()
    assert (found.redaction, found.countries, found.agent_emotions) == ("mask", ("DE", "US"), False)
    assert 'name="agent_emotions" value="on">' in root.get(f"{PATH}/settings").text
    assert root.post(f"{PATH}/settings", data={"redaction": "perhaps"}).status_code == 422
    led(root, f"{PATH}/settings", {"redaction": "off", "countries": "", "agent_emotions": "on"})
    assert served.store.within(TENANT).privacy.settings().agent_emotions
