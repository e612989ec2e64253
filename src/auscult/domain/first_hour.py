"""The steps of the first hour: each is done by what it is about, and can be skipped and resumed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

Step = Literal["load", "form", "score", "invite", "plan"]
STEPS: tuple[Step, ...] = get_args(Step)
State = Literal["open", "done", "skipped"]

PERMISSIONS: Mapping[Step, tuple[str, ...]] = MappingProxyType(
    {
        "load": ("conversation.load",),
        "form": ("form.edit", "form.publish"),
        "score": ("conversation.read",),
        "invite": ("user.manage",),
        "plan": ("plan.edit",),
    }
)
"""The permissions that a step needs in the whole app, all of them."""

LASTS = timedelta(days=30)
"""Time for which an installation is young after its first mark."""


class Mark(Struct, frozen=True, kw_only=True):
    """A stored mark: ``step`` was ``done`` or ``skipped``; of the ``hour`` itself, it was ``begun`` or put ``away``."""

    step: str
    state: str
    at: datetime


class Facts(Struct, frozen=True, kw_only=True):
    """The parts of an installation that the steps make, and whether the app has each already."""

    has_conversations: bool
    has_form: bool
    has_people: bool
    has_plan: bool

    def is_done(self, step: Step) -> bool:
        """Return whether the app has what a step makes. The step of the first score makes nothing: only a mark ends it."""
        found: Mapping[Step, bool] = {
            "load": self.has_conversations,
            "form": self.has_form,
            "invite": self.has_people,
            "plan": self.has_plan,
        }
        return found.get(step, False)


class Hour(Struct, frozen=True, kw_only=True):
    """The first hour as one viewer sees it: the steps that they may take, in order."""

    steps: Mapping[Step, State]
    is_away: bool
    is_young: bool

    @property
    def current(self) -> Step | None:
        """Return the first open step."""
        return next((step for step, state in self.steps.items() if state == "open"), None)

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(state == "done" for state in self.steps.values())

    @property
    def is_shown(self) -> bool:
        """Return whether Home shows it: the server is young, a step is open, and it was not put away.

        Who may only read scores has nothing to set up.
        """
        return self.is_young and not self.is_away and self.current is not None and set(self.steps) != {"score"}


def hour_of(marks: Mapping[str, Mark], facts: Facts, permissions: frozenset[str], now: datetime) -> Hour:
    """Return the first hour from its marks, for a viewer with these permissions in the whole app."""
    steps: dict[Step, State] = {}
    for step in STEPS:
        if not permissions.issuperset(PERMISSIONS[step]):
            continue
        mark = marks.get(step)
        is_done = facts.is_done(step) or (mark is not None and mark.state == "done")
        steps[step] = "done" if is_done else "skipped" if mark is not None else "open"
    whole = marks.get("hour")
    first = min((each.at for each in marks.values()), default=None)
    return Hour(
        steps=steps,
        is_away=whole is not None and whole.state == "away",
        is_young=not facts.has_conversations if first is None else now - first < LASTS,
    )
