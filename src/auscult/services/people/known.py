"""A check that people who are to do something are users: work for anybody else would wait forever."""

from collections.abc import Iterable

from auscult.domain.errors import NotFoundError
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
