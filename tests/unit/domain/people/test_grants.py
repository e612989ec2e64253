"""Grants and visibility: rights are pairs, their union is a union of pairs, and time decides which of them hold."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.errors import AccessError, RequestError
from auscult.domain.people.directory import Membership
from auscult.domain.people.grants import Grant, Pair, Scope, check_grant, pairs_of
from auscult.domain.people.permissions import CLIENT_SCOPES, PERMISSIONS, permissions_of, scopes_carrying
from auscult.domain.people.principal import Principal, operator, rights_of_scopes
from auscult.domain.people.roles import BUILT_IN, Role
from auscult.domain.people.visibility import EVERYTHING, NOTHING, Facts, Visibility, visible_by, whole_app

DAY = datetime(2026, 3, 1, tzinfo=UTC)
APPS = ("st-1", "st-2")
names = st.sampled_from(["a", "b", "c"])
some = st.frozensets(names, min_size=1, max_size=2)
scopes = st.one_of(
    st.sampled_from([Scope(), Scope(kind="own"), Scope(kind="assigned")]),
    some.map(lambda given: Scope(kind="queues", names=given)),
    some.map(lambda given: Scope(kind="teams", names=given)),
    some.map(lambda given: Scope(kind="agents", names=given)),
)
days = st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n))
grants = st.builds(
    Grant,
    grant_id=st.just("g-1"),
    user_id=st.just("u-1"),
    app_id=st.sampled_from(APPS),
    role=st.sampled_from(sorted(BUILT_IN)),
    scope=scopes,
    since=days,
    until=st.none() | days,
    granted_at=st.just(DAY),
    revoked_at=st.none() | days,
)
facts = st.builds(
    Facts,
    started_at=days,
    queues=st.frozensets(names, max_size=2),
    agents=st.frozensets(names, max_size=2),
    auditors=st.frozensets(st.sampled_from(["me@x", "you@x"]), max_size=1),
)
memberships = st.lists(
    st.builds(
        Membership,
        kind=st.just("team"),
        group_id=names,
        agent_id=names,
        since=st.none() | days,
        until=st.none() | days,
    ),
    max_size=4,
)


@given(st.lists(grants, max_size=4), st.lists(grants, max_size=4), days)
def test_the_union_of_grants_is_the_union_of_their_pairs(first: list[Grant], second: list[Grant], at: datetime) -> None:
    """Two sets of grants together give exactly what each gives alone: no permission meets another grant's scope."""
    together = pairs_of([*first, *second], "st-1", at)
    assert together == pairs_of(first, "st-1", at) | pairs_of(second, "st-1", at)


@given(st.lists(grants, max_size=4), days, facts, memberships, st.sampled_from(sorted(PERMISSIONS)))
def test_a_permission_reaches_what_one_of_its_own_grants_covers(
    given_grants: list[Grant], at: datetime, of: Facts, stays: list[Membership], permission: str
) -> None:
    """A conversation is reached by a permission exactly when one single grant reaches it."""
    mine = frozenset({"a"})
    together = visible_by(pairs_of(given_grants, "st-1", at), permission, mine, "me@x").shows(of, stays)
    each = [visible_by(pairs_of([one], "st-1", at), permission, mine, "me@x").shows(of, stays) for one in given_grants]
    assert together == any(each)


@given(grants, days)
def test_a_grant_gives_nothing_outside_its_time_and_its_app(grant: Grant, at: datetime) -> None:
    """Before its start, from its end on, after it was revoked, and in another app, a grant has no pairs."""
    inside = grant.since <= at and (grant.until is None or at < grant.until)
    inside = inside and (grant.revoked_at is None or at < grant.revoked_at)
    for app_id in APPS:
        expected = inside and grant.app_id == app_id and bool(BUILT_IN[grant.role or ""].permissions)
        assert bool(pairs_of([grant], app_id, at)) == expected


@given(facts, memberships)
def test_everything_shows_all_and_nothing_shows_none(of: Facts, stays: list[Membership]) -> None:
    """The two ends of visibility."""
    assert EVERYTHING.shows(of, stays)
    assert not NOTHING.shows(of, stays)


def test_a_team_covers_an_agent_for_the_time_of_the_membership() -> None:
    """An agent who changes teams mid-month leaves earlier conversations with the earlier team."""
    middle = DAY + timedelta(days=14)
    stays = [
        Membership(kind="team", group_id="north", agent_id="a", until=middle),
        Membership(kind="team", group_id="south", agent_id="a", since=middle),
    ]
    north = Visibility(teams=frozenset({"north"}))
    before, after = (Facts(started_at=at, agents=frozenset({"a"})) for at in (DAY, middle))
    assert (north.shows(before, stays), north.shows(after, stays)) == (True, False)


def test_a_removed_role_gives_nothing() -> None:
    """A grant of an own role that was removed has no permissions, and the role's own list decides while it is there."""
    grant = Grant(grant_id="g", user_id="u", app_id="st-1", role="coach", since=DAY, granted_at=DAY)
    roles = {**BUILT_IN, "coach": Role(name="coach", permissions=frozenset({"coaching.give"}))}
    assert pairs_of([grant], "st-1", DAY, roles) == {Pair("coaching.give", Scope())}
    assert pairs_of([grant], "st-1", DAY) == frozenset()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": None}, "role"),
        ({"permission": "audit.read"}, "role"),
        ({"role": "boss"}, "role"),
        ({"role": None, "permission": "audit.sing"}, "permission"),
        ({"scope": Scope(kind="queues")}, "scope"),
        ({"scope": Scope(kind="own", names=frozenset({"a"}))}, "scope"),
        ({"until": DAY}, "until"),
        ({"app_id": None}, "app"),
    ],
)
def test_a_grant_that_means_nothing_is_refused(changes: dict[str, object], field: str) -> None:
    """Each refusal names the field."""
    made = {"grant_id": "g", "user_id": "u", "app_id": "st-1", "role": "auditor", "since": DAY, "granted_at": DAY}
    with pytest.raises(RequestError) as refused:
        check_grant(Grant(**{**made, **changes}))  # pyright: ignore[reportArgumentType]
    assert refused.value.field == field


def test_the_inspector_reads_the_log_and_nothing_else() -> None:
    """The narrowest built-in role; the administrator has every permission, the analyst no unredacted text."""
    assert BUILT_IN["inspector"].permissions == {"log.read"}
    assert BUILT_IN["administrator"].permissions == frozenset(PERMISSIONS)
    assert "conversation.read_unredacted" not in BUILT_IN["analyst"].permissions
    assert all(role.permissions <= frozenset(PERMISSIONS) for role in BUILT_IN.values())


def test_every_client_scope_carries_known_permissions_and_writing_implies_reading() -> None:
    """A scope ``noun:write`` carries all that ``noun:read`` carries."""
    for scope, carried in CLIENT_SCOPES.items():
        assert set(carried) <= set(PERMISSIONS)
        assert permissions_of([scope.replace(":write", ":read")]) <= set(carried)
    assert scopes_carrying("form.publish") == ("forms:write",)
    assert permissions_of(["Quality AI"]) == frozenset()


def test_principals_say_what_they_lack() -> None:
    """The refusal names the permission, and for a client the scopes that carry it."""
    asking = rights_of_scopes("cs-1", "a", frozenset({"forms:read"}))
    asking.require("form.read")
    with pytest.raises(AccessError, match="forms:write"):
        asking.require("form.publish")
    person = Principal(kind="user", principal_id="u", name="me@x", account_id="a", pairs=whole_app(["form.read"]))
    with pytest.raises(AccessError, match=r"form\.publish", check=lambda error: error.reason == "permission.missing"):
        person.require("form.publish")
    assert operator().may_everywhere("erasure.run")
