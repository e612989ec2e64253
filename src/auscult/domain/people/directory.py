"""The directory of an app: its agents, teams and queues, and who belonged where and when."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

GroupKind = Literal["team", "queue"]


class DirectoryAgent(Struct, frozen=True, kw_only=True):
    """An agent of the contact centre. ``user_id`` is the user that the agent is, where known."""

    agent_id: str
    name: str | None = None
    emails: tuple[str, ...] = ()
    hired_on: date | None = None
    user_id: str | None = None


class Team(Struct, frozen=True, kw_only=True):
    """A team. ``lead`` is the e-mail address of the user who leads it."""

    team_id: str
    name: str
    lead: str | None = None


class DirectoryQueue(Struct, frozen=True, kw_only=True):
    """A queue. ``is_gone``: removed from the directory; its conversations and grants on it are kept."""

    queue_id: str
    name: str | None = None
    is_gone: bool = False


class Membership(Struct, frozen=True, kw_only=True):
    """An agent's time in a team or a queue, from ``since`` until before ``until``. None: unlimited on that side."""

    kind: GroupKind
    group_id: str
    agent_id: str
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Return whether the agent belongs there at an instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)
