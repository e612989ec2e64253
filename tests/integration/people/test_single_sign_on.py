"""OpenID Connect against a provider in a thread: the whole code flow, and what must not come through."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from msgspec.structs import replace
from oidc_provider_mock import run_server_in_thread

from auscult.domain.errors import AccessError, AuscultError, SettingsError
from auscult.domain.people.principal import operator
from auscult.domain.people.single_sign_on import GroupGrant, SignOnSettings
from auscult.server.people.identity_provider import IdentityProvider
from auscult.services.people.principals import Principals
from auscult.services.people.sign_in import Origin
from auscult.services.people.single_sign_on import Finished, SingleSignOn, problems_of, read_sign_on
from auscult.services.people.users import Access, Users
from auscult.storage import Store
from tests.contract.storing import TENANT

BACK = "http://127.0.0.1:1/sign-in/callback"
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the provider's own, in its thread
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::Warning"),
]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer of a provider that knows every client and every person."""
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def settings(provider: str) -> SignOnSettings:
    """The settings of an app with two groups."""
    return SignOnSettings(
        issuer=provider,
        client_id="auscult",
        client_secret="made up",
        account=TENANT.account_id,
        groups={
            "leads": (GroupGrant(role="qa-manager", app="st-1"),),
            "billing": (GroupGrant(role="supervisor", app="st-1", queues=("Billing",)),),
            "elsewhere": (GroupGrant(role="auditor", app="st-none"),),
        },
    )


@pytest.fixture
def sign_on(store: Store, settings: SignOnSettings) -> SingleSignOn:
    """Single sign-on of a store with the app."""
    store.ensure(TENANT)
    return SingleSignOn(store, settings, IdentityProvider(settings))


def person(issuer: str, subject: str, **claims: Any) -> None:
    """Set what the provider says of a person."""
    given = {"email": f"{subject}@example.com", "email_verified": True, "name": subject.title(), **claims}
    httpx.put(f"{issuer}/users/{subject}", json=given).raise_for_status()


def consent(url: str, subject: str) -> dict[str, str]:
    """Sign in at the provider as a person would, and return what the browser is sent back with."""
    answer = httpx.post(url, data={"sub": subject})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def come_in(sign_on: SingleSignOn, subject: str, back: str = "/") -> Finished:
    """Sign in as a person would, from the beginning to the end."""
    begun = sign_on.begin(BACK, back)
    sent = consent(begun.url, subject)
    return sign_on.finish(BACK, sent["state"], sent["code"], begun.browser, Origin())


def test_a_person_is_made_at_the_first_sign_in_and_their_roles_follow_their_groups(
    store: Store, sign_on: SingleSignOn, provider: str
) -> None:
    """Groups added give roles, groups left take them away, and grants given by hand stay."""
    person(provider, "ann", groups=["leads", "unknown"])

    def grants() -> set[str]:
        done = come_in(sign_on, "ann", "/console")
        assert done.back == "/console"
        access = Principals(store).by_session(done.signed_in.secret)
        assert (access.user.email, access.user.name, access.session and access.session.method) == (
            "ann@example.com",
            "Ann",
            "oidc",
        )
        now = datetime.now(UTC)
        return {f"{each.role} {each.scope.kind}" for each in access.grants if each.holds(now)}

    assert grants() == {"qa-manager app"}
    assert grants() == {"qa-manager app"}
    person(provider, "ann", groups=["billing"])
    assert grants() == {"supervisor queues"}
    users = Users(store, operator())
    users.grant(users.find("ann@example.com"), TENANT, Access(role="inspector"))
    person(provider, "ann", groups=[])
    assert grants() == {"inspector app"}
    assert len(store.people.users.listing()) == 1


def test_a_group_that_maps_to_nothing_lets_no_one_in(sign_on: SingleSignOn, provider: str) -> None:
    """The refusal names the groups, and no user is left behind."""
    person(provider, "bo", groups=["guests"])
    with pytest.raises(AccessError, match="guests", check=lambda error: error.reason == "sign_on.no_role"):
        come_in(sign_on, "bo")


def test_codes_and_states_work_once_for_the_browser_that_asked(sign_on: SingleSignOn, provider: str) -> None:
    """A reused state, a reused code, another browser, another sign-in's nonce and verifier: all refused."""
    person(provider, "cy", groups=["leads"])
    first = sign_on.begin(BACK, "/")
    sent = consent(first.url, "cy")
    finish = sign_on.finish
    refusals = []

    def refused(state: str, code: str, browser: str) -> None:
        with pytest.raises(AccessError) as error:
            finish(BACK, state, code, browser, Origin())
        refusals.append(error.value.reason)

    refused(sent["state"], sent["code"], "another browser")
    finish(BACK, sent["state"], sent["code"], first.browser, Origin())
    refused(sent["state"], sent["code"], first.browser)
    second, third = sign_on.begin(BACK, "/"), sign_on.begin(BACK, "/")
    code = consent(third.url, "cy")["code"]
    refused(parse_qs(urlsplit(second.url).query)["state"][0], code, second.browser)
    fourth = sign_on.begin(BACK, "/")
    refused(parse_qs(urlsplit(fourth.url).query)["state"][0], sent["code"], fourth.browser)
    assert refusals == ["sign_on.state", "sign_on.state", "sign_on.refused", "sign_on.refused"]


def test_a_state_is_over_after_ten_minutes(store: Store, settings: SignOnSettings, provider: str) -> None:
    """Whoever takes longer begins again."""
    store.ensure(TENANT)
    clock = [datetime(2026, 3, 1, tzinfo=UTC)]
    sign_on = SingleSignOn(store, settings, IdentityProvider(settings), lambda: clock[0])
    person(provider, "dee", groups=["leads"])
    begun = sign_on.begin(BACK, "/")
    sent = consent(begun.url, "dee")
    clock[0] += timedelta(minutes=10)
    with pytest.raises(AccessError, check=lambda error: error.reason == "sign_on.state"):
        sign_on.finish(BACK, sent["state"], sent["code"], begun.browser, Origin())


def test_a_wrong_nonce_audience_or_issuer_is_refused(settings: SignOnSettings, provider: str) -> None:
    """An ID token that is good for something else is good for nothing here."""
    person(provider, "eve", groups=["leads"])
    right = IdentityProvider(settings)

    def code(nonce: str, verifier: str) -> str:
        url = right.authorization_url(redirect_url=BACK, state="s", nonce=nonce, verifier=verifier)
        return consent(url, "eve")["code"]

    verifier = "v" * 43
    assert right.claims(redirect_url=BACK, code=code("n", verifier), nonce="n", verifier=verifier)["sub"] == "eve"
    with pytest.raises(AccessError, match="nonce"):
        right.claims(redirect_url=BACK, code=code("n", verifier), nonce="other", verifier=verifier)
    with pytest.raises(AccessError, match="accept the code"):
        right.claims(redirect_url=BACK, code="forged", nonce="n", verifier=verifier)
    url = right.authorization_url(redirect_url=BACK, state="s", nonce="n", verifier=verifier)
    query, digest = parse_qs(urlsplit(url).query), sha256(verifier.encode()).digest()
    assert query["code_challenge"] == [urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert query["code_challenge_method"] == ["S256"]
    for changed in ({"issuer": provider + "/other"}, {"issuer": "http://127.0.0.1:1"}):
        with pytest.raises(AccessError, check=lambda error: error.reason == "sign_on.unavailable"):
            IdentityProvider(replace(settings, **changed)).document()


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"aud": "another-app"}, "aud"),
        ({"aud": ["auscult", "another-app"]}, "azp"),
        ({"aud": ["auscult", "another-app"], "azp": "auscult"}, None),
        ({"iss": "https://evil.example"}, "iss"),
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"exp": timedelta(hours=-1)}, "expired"),
        ({"exp": "soon"}, "exp"),
        ({"iat": timedelta(hours=1)}, "future"),
        (
            {"exp": timedelta(seconds=-20), "iat": timedelta(seconds=20)},
            None,
        ),  # clocks that differ by less than a minute
    ],
)
def test_a_token_for_another_client_sign_in_or_time_is_refused(
    settings: SignOnSettings, provider: str, claims: dict[str, Any], fault: str | None
) -> None:
    """With the provider's own signature: audience, issuer, nonce and times are checked, with a minute's leeway."""
    now = datetime.now(UTC)
    dated = {k: int((now + each).timestamp()) for k, each in claims.items() if isinstance(each, timedelta)}
    person(provider, "eli", **claims | dated)
    right, verifier = IdentityProvider(settings), "v" * 43
    url = right.authorization_url(redirect_url=BACK, state="s", nonce="n", verifier=verifier)
    code = consent(url, "eli")["code"]
    if fault is None:
        assert right.claims(redirect_url=BACK, code=code, nonce="n", verifier=verifier)["sub"] == "eli"
        return
    with pytest.raises(AccessError, match=fault, check=lambda error: error.reason == "sign_on.refused"):
        right.claims(redirect_url=BACK, code=code, nonce="n", verifier=verifier)


def test_a_provider_that_was_away_may_be_back_with_other_keys(store: Store, settings: SignOnSettings) -> None:
    """While it is away the answer says so, and a known sign-in is not half done; new keys are read when they sign."""
    store.ensure(TENANT)

    def kim(sign_on: SingleSignOn, issuer: str) -> str:
        person(issuer, "kim", groups=["leads"])
        return come_in(sign_on, "kim").signed_in.user.email

    with run_server_in_thread() as server:
        port, issuer = server.server_port, f"http://localhost:{server.server_port}"
        one = replace(settings, issuer=issuer)
        sign_on = SingleSignOn(store, one, IdentityProvider(one))
        assert kim(sign_on, issuer) == "kim@example.com"
        begun = sign_on.begin(BACK, "/")
        sent = consent(begun.url, "kim")
    for attempt in (
        lambda: sign_on.finish(BACK, sent["state"], sent["code"], begun.browser, Origin()),
        lambda: SingleSignOn(store, one, IdentityProvider(one)).begin(BACK, "/"),
    ):
        with pytest.raises(AccessError, check=lambda error: error.reason == "sign_on.unavailable"):
            attempt()
    with run_server_in_thread(port=port):
        assert kim(sign_on, issuer) == "kim@example.com"


def test_whoever_is_disabled_at_the_provider_or_in_no_group_any_more_is_out(
    store: Store, sign_on: SingleSignOn, provider: str
) -> None:
    """A group taken away ends the roles, also of an open session; a provider that lets no one in sends no code."""
    person(provider, "lou", groups=["leads"])
    secret = come_in(sign_on, "lou").signed_in.secret
    person(provider, "lou", groups=[])
    with pytest.raises(AccessError, check=lambda error: error.reason == "sign_on.no_role"):
        come_in(sign_on, "lou")
    now = datetime.now(UTC)
    assert not any(each.holds(now) for each in Principals(store).by_session(secret).grants)
    logged = [each.action for each in store.log.entries() if "lou@" in (each.target or "")]
    assert logged == ["user.added", "grant.added", "grant.revoked"]
    begun = sign_on.begin(BACK, "/")
    back = httpx.post(begun.url, data={"sub": "lou", "action": "deny"}).headers["location"]
    query = parse_qs(urlsplit(back).query)
    assert (query["error"], "code" in query) == (["access_denied"], False)
    state = parse_qs(urlsplit(begun.url).query)["state"][0]
    with pytest.raises(AccessError, match="let no one in"):
        sign_on.finish(BACK, state, "", begun.browser, Origin())


def test_an_unverified_address_makes_no_user(store: Store, sign_on: SingleSignOn, provider: str) -> None:
    """A provider that says nothing of it is believed; many do not send the claim."""

    def tried(subject: str, is_verified: object) -> str:
        person(provider, subject, groups=["leads"], email_verified=is_verified)
        try:
            return come_in(sign_on, subject).signed_in.user.email
        except AccessError as error:
            return error.reason

    assert tried("mo", is_verified=False) == "sign_on.claims"
    assert store.people.users.by_email("mo@example.com") is None
    assert tried("mo", is_verified=True) == "mo@example.com"
    assert tried("mo", is_verified=False) == "mo@example.com"  # known by the subject
    assert tried("nan", is_verified=None) == "nan@example.com"


def test_an_address_is_linked_only_where_the_provider_vouches_for_it(
    store: Store, sign_on: SingleSignOn, provider: str
) -> None:
    """An unverified address, a break-glass user and another subject's user are not taken over; a disabled one is out."""
    users = Users(store, operator())
    fay = users.add("fay@example.com", "Fay", TENANT.account_id, "correct horse battery")

    def tried(subject: str, **claims: Any) -> str:
        person(provider, subject, **{"email": "fay@example.com", "groups": ["leads"], **claims})
        try:
            return come_in(sign_on, subject).signed_in.user.user_id
        except AuscultError as error:
            return error.reason

    assert tried("fay", email_verified=False) == "user.conflict"
    store.people.users.update(fay.user_id, is_break_glass=True)
    assert tried("fay") == "user.conflict"
    store.people.users.update(fay.user_id, is_break_glass=False)
    assert tried("fay") == fay.user_id
    assert tried("another") == "user.conflict"
    users.disable(fay)
    assert tried("fay") == "sign_on.disabled"


def test_the_file_is_checked(store: Store, settings: SignOnSettings, tmp_path: Path) -> None:
    """Unknown keys, unreadable secrets, unknown roles and apps: each with its key."""
    store.ensure(TENANT)
    path = tmp_path / "sso.yaml"
    path.write_text("issuer: https://id.example.com\nclient_id: a\naccount: ac-1\ngroup: {}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="group"):
        read_sign_on(path)
    path.write_text(
        "issuer: https://id.example.com\nclient_id: a\naccount: ac-1\nclient_secret_file: none\n", encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="none"):
        read_sign_on(path)
    (tmp_path / "secret").write_text("made up\n", encoding="utf-8")
    path.write_text(
        "issuer: https://id.example.com\nclient_id: a\naccount: ac-1\nclient_secret_file: secret\n"
        "groups:\n  leads: [{role: boss, app: st-1}]\n  all: [{role: auditor}]\n",
        encoding="utf-8",
    )
    read = read_sign_on(path)
    assert read.client_secret == "made up"
    problems = problems_of(store, read)
    assert [problem.partition(":")[0] for problem in problems] == ["groups.leads", "groups.all"]
    assert "st-none" in "".join(problems_of(store, settings))
