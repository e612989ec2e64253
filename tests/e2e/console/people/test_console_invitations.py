"""Links that invite: shown to who adds a person, good for days, used once, and made again until a password is set."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from auscult.domain.errors import ConflictError
from auscult.domain.people.principal import operator
from auscult.services.people.users import Users
from tests.e2e.consoles import AGENT, console, signed_in
from tests.e2e.serving import TENANT, Service
from tests.mailing import mail_server

PATH = "/console/administration/users"
LINK = re.compile(r"/console/link/[\w-]+")


@pytest.mark.landing
def test_an_agent_who_is_added_comes_by_the_link_of_the_page(served: Service) -> None:
    """It signs in once; another one is made until there is a password, and then no more."""
    fields = {"email": "new@example.com", "name": "New", "role": "agent", "agents": AGENT}
    with signed_in(served, "administrator") as me, httpx.Client(base_url=served.url) as person:
        page = me.post("/console/administration/users", data=fields).text
        (first,) = set(LINK.findall(page))
        user = served.store.people.users.by_email("new@example.com")
        assert user is not None
        path = f"/console/administration/users/{user.user_id}"
        assert not LINK.findall(me.get(path).text)
        (second,) = set(LINK.findall(me.post(f"{path}/link").text))
        assert person.get(first).status_code == 303
        assert person.get("/console/welcome").status_code == 200
        assert httpx.get(f"{served.url}{first}").status_code == 401
        assert httpx.get(f"{served.url}{second}").status_code == 303
        Users(served.store, operator(TENANT.account_id)).set_password(user, "wonderful horse battery")
        refused = me.post(f"{path}/link")
    assert (refused.status_code, "has a password" in refused.text) == (409, True)


@pytest.mark.landing
def test_a_link_ends_after_seven_days_and_is_for_nobody_who_is_disabled(served: Service) -> None:
    """Six days later it signs in, a week later no more; whoever made it is in the log."""
    at = datetime.now(UTC)
    users = Users(served.store, operator(TENANT.account_id), lambda: at)
    user = users.add("late@example.com", "Late", TENANT.account_id)
    users.link(user)
    users.disable(user)
    with pytest.raises(ConflictError, match="disabled"):
        users.link(served.store.people.users.by_email("late@example.com") or user)
    old = Users(served.store, operator(TENANT.account_id), lambda: at - timedelta(days=7, minutes=1))
    fresh = Users(served.store, operator(TENANT.account_id), lambda: at - timedelta(days=6))
    other = users.add("other@example.com", "Other", TENANT.account_id)
    for maker, status in ((old, 401), (fresh, 303)):
        assert httpx.get(f"{served.url}/console/link/{maker.link(other)}").status_code == status


@pytest.mark.landing
def test_a_link_is_sent_where_there_is_a_mail_server(tmp_path: Path) -> None:
    """The mail has the link of the page; of a server that does not answer, the page says so and shows the link alike."""
    url = f"sqlite:///{tmp_path / 'auscult.db'}"
    with (
        mail_server() as mail,
        console(url, weeks=1, smtp_url=f"smtp://127.0.0.1:{mail.port}", mail_from="quality@example.com") as served,
        signed_in(served, "administrator") as me,
    ):
        pages = [me.post(PATH, data={"email": "one@example.com", "role": "auditor"}).text]
        mail.is_losing = True
        pages.append(me.post(PATH, data={"email": "two@example.com", "role": "auditor"}).text)
    links = [LINK.findall(page)[0] for page in pages]
    assert [("Sent to one@" in page, "Not sent by e-mail" in page) for page in pages] == [(True, False), (False, True)]
    (sent, *_lost) = mail.messages
    assert (sent["To"], links[0] in sent.get_content()) == ("one@example.com", True)
