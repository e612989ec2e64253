"""Sign-ins that wait for the identity provider: each is found once, and only by the browser that began it."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfDatabase
from auscult.storage.core.tables.people import sign_in_flows


class Flow(NamedTuple):
    """State of a waiting sign-in: the values sent to the provider, and the browser's destination afterwards."""

    nonce: str
    verifier: str
    back: str


class SignInFlows(OfDatabase):
    """The waiting sign-ins of every browser."""

    def add(self, state: str, browser: str, flow: Flow, *, at: datetime, ends_at: datetime) -> None:
        """Store a flow under the hashes of its state and of the browser's cookie. Flows that are over are deleted."""
        row = {"state": state, "browser": browser, "ends_at": ms_of(ends_at), **flow._asdict()}
        with self._database.writing() as connection:
            connection.execute(sa.delete(sign_in_flows).where(sign_in_flows.c.ends_at <= ms_of(at)))
            connection.execute(sa.insert(sign_in_flows).values(row))

    def use(self, state: str, browser: str, at: datetime) -> Flow | None:
        """Delete and return a flow; None where it is unknown, used, over or another browser's."""
        mine = (
            sa.delete(sign_in_flows)
            .where(
                sign_in_flows.c.state == state,
                sign_in_flows.c.browser == browser,
                sign_in_flows.c.ends_at > ms_of(at),
            )
            .returning(sign_in_flows.c.nonce, sign_in_flows.c.verifier, sign_in_flows.c.back)
        )
        with self._database.writing() as connection:
            row = connection.execute(mine).one_or_none()
        return None if row is None else Flow(*row)
