"""Users, grants, sign-in and the directory, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from auscult.domain.errors import AccessError, AuscultError, ConflictError, NotFoundError, RequestError
from auscult.domain.people.sessions import ABSOLUTE, IDLE
from auscult.domain.tenancy import Tenant
from auscult.services.people.admission import SignInLimitedError
from auscult.services.people.browsers import LASTS, KnownBrowsers
from auscult.services.people.principals import Principals
from auscult.services.people.sign_in import (
    EVERYWHERE,
    NAME_TRIES,
    NAME_WINDOW,
    PACE,
    SOURCE_TRIES,
    TRIES,
    WINDOW,
    Origin,
    warn_of_one_source,
)
from auscult.services.people.users import Access, Users
from auscult.services.people.why import Explainer
from tests.contract.people.world import HERE, PASSWORD, SECOND, START, World
from tests.contract.storing import OTHER, TENANT, conversation, put


def test_a_session_opens_by_password_and_closes_for_good(world: World) -> None:
    """Signed out, idle, past its end, disabled or forged: one and the same refusal."""
    user = world.add("ann")
    secret = world.come_in("Ann".lower())
    access = world.principals.by_session(secret)
    assert (access.user.email, access.session and access.session.method) == ("ann@example.com", "password")
    assert world.principals.tenant(access) == TENANT
    refusals: list[str] = []

    def refused(given: str) -> None:
        with pytest.raises(AccessError) as error:
            world.principals.by_session(given)
        refusals.append(error.value.message)

    refused(secret + "x")
    assert access.session is not None
    world.sign_in.end(user, access.session.session_id)
    refused(secret)
    idle = world.come_in("ann")
    world.clock.now += IDLE - timedelta(seconds=1)
    world.principals.by_session(idle)
    world.clock.now += IDLE - timedelta(seconds=1)
    world.principals.by_session(idle)
    world.clock.now += IDLE
    refused(idle)
    kept = world.come_in("ann")
    for _ in range(ABSOLUTE // (IDLE / 2) + 1):
        world.clock.now += IDLE / 2
        if world.store.people.sessions.of_user(user.user_id)[0].holds(world.clock.now):
            world.principals.by_session(kept)
    refused(kept)
    last = world.come_in("ann")
    world.users.disable(user)
    refused(last)
    with pytest.raises(AccessError):
        world.come_in("ann")
    world.users.enable(user)
    refused(last)
    assert len(set(refusals)) == 1


@pytest.mark.landing
def test_what_was_wrong_about_a_sign_in_is_not_revealed(world: World) -> None:
    """An unknown address, a wrong password, a user without one, and a text that no database holds: one answer."""
    world.add("ann")
    world.users.add("bo@example.com", "Bo", TENANT.account_id)
    answers = set()
    for email, password in (
        ("ann@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("bo@example.com", ""),
        ("\0\ud800@example.com", "\ud800"),
        ("a" * 9_999, "p" * 99_999),
    ):
        with pytest.raises(AccessError) as error:
            world.sign_in.by_password(email, password, HERE)
        answers.add((error.value.reason, error.value.message))
    assert len(answers) == 1


def test_failed_tries_wait_and_keep_nobody_else_out(world: World) -> None:
    """After ``TRIES`` failures from one address more wait there; from another, and in a known browser, none does."""
    world.add("ann")
    known = Origin(address=HERE.address, mark=world.sign_in.by_password("ann@example.com", PASSWORD, HERE).mark)
    for _ in range(TRIES):
        with pytest.raises(AccessError):
            world.sign_in.by_password("ann@example.com", "wrong", HERE)
    with pytest.raises(SignInLimitedError) as limited:
        world.come_in("ann")
    assert 0 < limited.value.again_after_s <= WINDOW.total_seconds()
    world.come_in("ann", Origin(address="198.51.100.7"))
    world.come_in("ann", known)
    world.add("bo")
    world.come_in("bo")
    world.clock.now += WINDOW
    world.come_in("ann")


def fail(world: World, n: int, origin: Origin, email: str = "nobody-{}@example.com") -> None:
    """Try ``n`` addresses that no user has."""
    for at in range(n):
        with pytest.raises(AccessError):
            world.sign_in.by_password(email.format(at), "wrong", origin)


@pytest.mark.landing
def test_failures_of_all_names_from_one_network_are_limited(world: World) -> None:
    """20 failures of any names; then everybody waits there but a known browser. An IPv6 network is a /64."""
    world.add("ann")
    there = Origin(address="2001:db8:1:2::7")
    known = Origin(address="2001:db8:1:2::7", mark=world.sign_in.by_password("ann@example.com", PASSWORD, there).mark)
    fail(world, SOURCE_TRIES, there)
    for address in ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1"):
        with pytest.raises(SignInLimitedError) as limited:
            world.come_in("ann", Origin(address=address))
        assert limited.value.is_source
    world.come_in("ann", known)
    world.come_in("ann", Origin(address="2001:db8:1:3::7"))
    world.add("bo")
    with pytest.raises(SignInLimitedError):
        world.come_in("bo", known)  # the mark is Ann's
    world.clock.now += WINDOW
    world.come_in("bo", there)


@pytest.mark.landing
def test_a_name_that_fails_from_many_addresses_is_slowed(world: World) -> None:
    """After ``NAME_TRIES`` one try each ``PACE``, also the right one; not in a known browser, and no other name."""
    world.add("ann")
    known = Origin(address=HERE.address, mark=world.sign_in.by_password("ann@example.com", PASSWORD, HERE).mark)
    for at in range(NAME_TRIES):
        fail(world, 1, Origin(address=f"203.0.113.{at}"), "ann@example.com")
    stranger = Origin(address="198.51.100.7")
    with pytest.raises(SignInLimitedError) as limited:
        world.come_in("ann", stranger)
    assert 0 < limited.value.again_after_s <= PACE.total_seconds()
    assert world.store.people.failures.number_of(EVERYWHERE, NAME_TRIES, world.clock.now) == 1
    world.come_in("ann", known)
    world.add("bo")
    world.come_in("bo", stranger)
    world.clock.now += PACE
    fail(world, 1, stranger, "ann@example.com")
    with pytest.raises(SignInLimitedError):
        world.come_in("ann", stranger)
    world.clock.now += PACE
    world.come_in("ann", stranger)
    world.clock.now += NAME_WINDOW
    assert world.store.people.failures.number_of(EVERYWHERE, NAME_TRIES, world.clock.now) == 0


@pytest.mark.landing
def test_only_failures_count(world: World) -> None:
    """However many people sign in from one address; and success there forgets no failure of others."""
    world.add("ann")
    for _ in range(SOURCE_TRIES + 1):
        world.come_in("ann")
    fail(world, SOURCE_TRIES - 1, HERE)
    world.come_in("ann")
    fail(world, 1, HERE)
    with pytest.raises(SignInLimitedError):
        world.come_in("ann")


def test_a_mark_that_is_forged_over_or_of_another_key_is_none(world: World) -> None:
    """Only what this database's key signed counts, for its user, for half a year."""
    world.add("ann")
    mark = world.sign_in.by_password("ann@example.com", PASSWORD, HERE).mark
    browsers = world.sign_in.browsers
    other = KnownBrowsers(lambda: b"another key of a database", world.clock)
    assert browsers.id_of(mark, "ann@example.com") == browsers.id_of(mark) is not None
    assert browsers.id_of(mark, "bo@example.com") is None
    assert other.id_of(mark) is None
    broken = mark.replace(".", "x.", 1), mark[:-1] + ("0" if mark[-1] != "0" else "1"), "", "a.b.c.d", "ä.1.b.c"
    assert [browsers.id_of(each) for each in broken] == [None] * len(broken)
    assert browsers.id_of(browsers.mark("ann@example.com", mark)) == browsers.id_of(mark)
    world.clock.now += LASTS
    assert browsers.id_of(mark) is None


def test_a_link_signs_in_once_from_here_within_an_hour(world: World) -> None:
    """From elsewhere, a second time and too late it is refused; a refusal from elsewhere does not use it up."""
    user = world.add("ann")
    here = Origin(is_local=True)
    secret = world.sign_in.new_link(user.user_id, is_for_here=True)
    with pytest.raises(AccessError):
        world.sign_in.by_link(secret, Origin())
    assert world.sign_in.by_link(secret, here).user == user
    with pytest.raises(AccessError):
        world.sign_in.by_link(secret, here)
    late = world.sign_in.new_link(user.user_id, is_for_here=True)
    world.clock.now += timedelta(hours=1)
    with pytest.raises(AccessError):
        world.sign_in.by_link(late, here)
    anywhere = world.sign_in.new_link(user.user_id, is_for_here=False)
    assert world.sign_in.by_link(anywhere, Origin()).user == user
    with pytest.raises(AccessError):
        world.sign_in.by_link(anywhere, here)


def test_a_personal_token_ends_and_has_its_users_rights(world: World) -> None:
    """Shown once, stored as a hash, over at its end, revoked with its user."""
    user = world.add("ann")
    issued = world.users.issue_token(user, "backup", timedelta(days=1))
    access = world.principals.by_token(issued.secret)
    assert world.principals.principal(access, TENANT).may("audit.perform")
    other = world.users.issue_token(user, "", timedelta(days=300))
    world.users.revoke_token(user, other.token.token_id)
    world.clock.now += timedelta(days=1)
    for secret in (issued.secret, other.secret, "pat-forged"):
        with pytest.raises(AccessError):
            world.principals.by_token(secret)
    third = world.users.issue_token(user, "", timedelta(days=1))
    world.users.disable(user)
    world.users.enable(user)
    with pytest.raises(AccessError):
        world.principals.by_token(third.secret)
    with pytest.raises(RequestError):
        world.users.issue_token(user, "", timedelta(days=367))


def test_a_personal_token_lasts_no_longer_than_the_operator_allows(world: World) -> None:
    """A longer one is not issued; one of earlier, for longer, ends with the limit, and the refusal says so."""
    user, limit = world.add("ann"), timedelta(days=30)
    issued = world.users.issue_token(user, "", timedelta(days=90))
    with pytest.raises(RequestError, match="30 days", check=lambda error: error.reason == "token.invalid_end"):
        world.users.issue_token(user, "", timedelta(days=31), limit)
    limited = Principals(world.store, world.clock, token_life=limit)
    world.clock.now += limit - timedelta(seconds=1)
    assert limited.by_token(issued.secret).user == user
    world.clock.now += timedelta(seconds=1)
    with pytest.raises(AccessError, match="30 days", check=lambda error: error.reason == "token.too_long"):
        limited.by_token(issued.secret)
    assert world.principals.by_token(issued.secret).user == user


def test_an_address_has_one_user_in_one_account(world: World) -> None:
    """A second app adds a grant to the same user; another account is refused."""
    first = world.add("ann")
    again = world.add("ann", "supervisor", SECOND)
    assert again.user_id == first.user_id
    access = world.store.people.access.of_user(again)
    assert world.principals.tenants(access) == [TENANT, SECOND]
    with pytest.raises(RequestError, check=lambda error: error.reason == "app.required"):
        world.principals.tenant(access)
    assert world.principals.tenant(access, "st-9") == SECOND
    for unknown in (OTHER.app_id, "st-none"):
        with pytest.raises(NotFoundError):
            world.principals.tenant(access, unknown)
    with pytest.raises(ConflictError):
        world.add("ann", tenant=OTHER)


def test_rights_of_two_roles_do_not_mix(world: World) -> None:
    """An auditor of one queue who reads the log everywhere audits nothing more, and reads no other queue."""
    world.add("ann", "auditor", queues=("q-1",))
    world.add("ann", "inspector")
    ann = world.principal("ann")
    assert ann.visibility("log.read").is_everything
    assert ann.visibility("conversation.read").queues == {"q-1"}
    assert not ann.may_everywhere("audit.perform")


def test_a_grant_has_a_time_and_its_history_is_kept(world: World) -> None:
    """Before, during and after; a revoked grant answers for the past as it was."""
    user = world.add("ann", None)
    day = timedelta(days=1)
    world.users.grant(user, TENANT, Access(role="auditor", since=START + day, until=START + 3 * day))
    may = []
    for n in range(4):
        world.clock.now = START + n * day
        may.append(world.principal("ann").may("audit.perform"))
    assert may == [False, True, True, False]
    put(world.store.within(TENANT), conversation("c-1"))
    world.clock.now = START
    world.users.grant(user, TENANT, Access(role="analyst"))
    world.clock.now = START + day / 2
    world.users.revoke(user, TENANT, "analyst")
    explained = [
        Explainer(world.store, TENANT, START + n * day / 4).explain(user, "c-1").sees for n in (0, 1, 2, 3, 4, 12)
    ]
    assert explained == [True, True, False, False, True, False]


def test_of_two_administrators_who_remove_each_other_one_stays(world: World) -> None:
    """At once or one after the other: the last one who manages users cannot be removed, but by the operator."""
    names = ("ann", "bo")
    for name in names:
        world.add(name, "administrator")
    by = {name: Users(world.store, world.principal(name), world.clock) for name in names}

    def remove(name: str) -> str | None:
        other = world.users.find(f"{names[1 - names.index(name)]}@example.com")
        try:
            by[name].disable(other)
        except AuscultError as error:
            return error.reason
        return None

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(remove, names))
    assert sorted(results, key=str) == [None, "administrator.last"]
    left = next(user for user in world.store.people.users.listing() if user.state == "active")
    with pytest.raises(ConflictError):
        Users(world.store, world.principal(left.name), world.clock).revoke(left, TENANT)
    world.users.disable(left)


def test_an_administrator_of_one_app_reaches_no_further(world: World) -> None:
    """Not the other app, not a password that opens another app, not the whole account, not another account."""
    world.add("ann", "administrator")
    world.add("bo")
    world.add("bo", "supervisor", SECOND)
    world.add("eve", "administrator", OTHER)
    world.add("cy")
    ann = Users(world.store, world.principal("ann"), world.clock)
    bo, cy = (world.users.find(f"{name}@example.com") for name in ("bo", "cy"))
    for forbidden in (
        lambda: ann.set_password(bo, PASSWORD),
        lambda: ann.disable(bo),
        lambda: ann.grant(bo, SECOND, Access(role="auditor")),
        lambda: ann.grant(bo, None, Access(role="administrator")),
        lambda: ann.revoke(bo, SECOND),
        lambda: ann.issue_token(bo, "", timedelta(days=1)),
        lambda: Users(world.store, world.principal("cy"), world.clock).grant(cy, TENANT, Access(role="administrator")),
    ):
        with pytest.raises(AccessError, match="administrator"):
            forbidden()
    with pytest.raises(NotFoundError):
        ann.find("eve@example.com")
    ann.disable(cy)
    ann.revoke(bo, TENANT)
    assert world.principals.tenants(world.store.people.access.of_user(bo)) == [SECOND]


def test_an_administrator_of_the_account_reaches_every_app(world: World) -> None:
    """A grant without an app holds in apps that are made later too, and in no other account."""
    user = world.users.add("root@example.com", "Root", TENANT.account_id)
    world.users.grant(user, None, Access(role="administrator"))
    later = Tenant(account_id=TENANT.account_id, org_id="o-1", app_id="st-later")
    world.store.ensure(later)
    access = world.store.people.access.of_user(user)
    assert [each.app_id for each in world.principals.tenants(access)] == ["st-1", "st-9", "st-later"]
    root = Users(world.store, world.principals.principal(access, TENANT), world.clock)
    bo = world.add("bo", "supervisor", SECOND)
    root.set_password(bo, PASSWORD)
    root.grant(bo, later, Access(role="auditor"))


def test_own_roles_are_data_and_change_what_grants_mean(world: World) -> None:
    """A role of the account's own; removed, its grants give nothing; a built-in one cannot be redefined."""
    roles = world.store.people.roles
    roles.put(TENANT.account_id, "coach", frozenset({"coaching.give"}), START)
    world.add("ann", "coach")
    assert world.principal("ann").permissions == {"coaching.give"}
    roles.put(TENANT.account_id, "coach", None, START)
    assert world.principal("ann").permissions == frozenset()
    with pytest.raises(ConflictError):
        roles.put(TENANT.account_id, "auditor", frozenset(), START)
    with pytest.raises(RequestError):
        world.add("eve", "coach", OTHER)


def test_everybody_from_one_private_address_is_warned_of(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Three people from a proxy's address; not two, not from a public one, and not once another address is seen."""
    proxy = Origin(address="10.0.0.9")

    def warned() -> bool:
        caplog.clear()
        warn_of_one_source(world.store, world.clock.now)
        return "set FORWARDED_ALLOW_IPS" in caplog.text

    for name in ("ann", "bo", "cy"):
        assert not warned()
        world.add(name)
        world.come_in(name, proxy)
    assert warned()
    world.come_in("ann", Origin(address="10.0.0.10"))
    assert not warned()
    world.clock.now += timedelta(days=31)
    for name in ("ann", "bo", "cy"):
        world.come_in(name, Origin(address="203.0.114.1"))
    assert not warned()
