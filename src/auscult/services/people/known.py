"""Checks that people who are named exist: users who are to do something, and agents whose conversations are shown."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from auscult.domain.errors import NotFoundError
from auscult.domain.people.directory import DirectoryAgent
from auscult.domain.tenancy import Tenant
from auscult.storage.store import Store


def check_known(store: Store, tenant: Tenant, names: Iterable[str], field: str) -> None:
    """Raise ``NotFoundError`` ``user.unknown`` for an e-mail address that no user of the account has.

    Ids of clients are no addresses. An account without users takes any address: its people are managed elsewhere.
    """
    known = {each.email for each in store.people.users.listing(tenant.account_id)}
    for each in names:
        if known and "@" in each and each not in known:
            raise NotFoundError(f"{each} is no user of this account", code="user.unknown", field=field, value=each)


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
            found = f"near it: {near}" if near else f"{len(known)} others are known"
            raise NotFoundError(
                f"unknown agent {each!r}; {found}; import agents who have no conversation yet",
                code="agent.unknown",
                field="agents",
                value=each,
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
