"""People of an app: checks that those who are named exist, and who of them reads a conversation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from auscult.domain.errors import NotFoundError, coded, unknown
from auscult.domain.people.directory import DirectoryAgent
from auscult.domain.people.grants import Grant, pairs_of
from auscult.domain.people.principal import Principal
from auscult.domain.people.users import User
from auscult.domain.tenancy import Tenant
from auscult.storage.store import AppStore, Store


def check_known(store: Store, tenant: Tenant, names: Iterable[str], field: str) -> None:
    """Raise ``NotFoundError`` ``user.unknown`` for an e-mail address that no user of the account has.

    Ids of clients are no addresses. An account without users takes any address: its people are managed elsewhere.
    """
    known = {each.email for each in store.people.users.listing(tenant.account_id)}
    for each in names:
        if known and "@" in each and each not in known:
            raise NotFoundError("{value} is no user of this account", code="user.unknown", field=field, value=each)


_NEAR, _MOST = 0.6, 3


def check_agents(store: Store, tenants: Iterable[Tenant], ids: Iterable[str]) -> None:
    """Raise ``NotFoundError`` ``agent.unknown`` for an id that no directory of these apps has, with those near it.

    Conversations fill the directory, and an import names agents who have none yet. Apps without any agent take any id:
    their people are set up before the first conversation arrives.
    """
    known = {each.agent_id: each for tenant in tenants for each in store.within(tenant).people.directory.agents()}
    for each in ids:
        if known and each not in known:
            near = ", ".join(
                f"{one.name} ({one.agent_id})" if one.name else one.agent_id for one in _near(each, known.values())
            )
            few = coded("{n} others are known", n=len(known))
            raise unknown(
                "agent",
                each,
                "unknown agent {value!r}; {others}; import agents who have no conversation yet",
                field="agents",
                others=coded("near it: {list}", list=near) if near else few,
            )


def _near(wanted: str, known: Iterable[DirectoryAgent]) -> Sequence[DirectoryAgent]:
    """Return the agents whose id, name or e-mail address is most like a text, the most alike first."""
    words = wanted.casefold()

    def likeness(agent: DirectoryAgent) -> float:
        texts = [agent.agent_id, agent.name or "", *agent.emails]
        return max(
            1.0 if words and words in each.casefold() else SequenceMatcher(None, words, each.casefold()).ratio()
            for each in texts
        )

    scored = sorted(((likeness(each), each.agent_id, each) for each in known), key=lambda one: (-one[0], one[1]))
    return [each for alike, _, each in scored if alike >= _NEAR][:_MOST]


class Person(NamedTuple):
    """A user with their rights in one app."""

    user: User
    principal: Principal


def people_of(app: AppStore, at: datetime) -> Iterator[Person]:
    """Yield the active users with a right in an app, by e-mail address."""
    people, tenant, aliases = app.people.everyone, app.tenant, app.aliases.in_force()
    roles = people.roles.of(tenant.account_id)
    grants: defaultdict[str, list[Grant]] = defaultdict(list)
    for grant in people.grants.in_app(tenant.app_id, tenant.account_id):
        grants[grant.user_id].append(grant)
    for user in people.users.listing(tenant.account_id):
        pairs = aliases.widened_pairs(pairs_of(grants[user.user_id], tenant.app_id, at, roles))
        if pairs and user.state == "active":
            yield Person(
                user,
                Principal(
                    kind="user",
                    principal_id=user.user_id,
                    name=user.email,
                    account_id=tenant.account_id,
                    app_id=tenant.app_id,
                    pairs=pairs,
                    agent_ids=aliases.own(user.agent_ids),
                ),
            )


def readers_of(app: AppStore, conversation_id: str, at: datetime) -> list[Person]:
    """Return the users who may read a conversation, by e-mail address."""
    facts = app.people.facts(conversation_id)
    memberships = app.people.directory.memberships("team")
    return [
        each
        for each in people_of(app, at)
        if (reach := each.principal.visibility("conversation.read")).is_everything
        or (facts is not None and reach.shows(facts, memberships))
    ]
