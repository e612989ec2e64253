"""Hold etiquette: what the agent says before a hold and after it, and how long it lasts. With partial credit (rule 9).

Settings, semantics and examples for users: docs/reference/metrics/hold.md.
"""

from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Channel
from auscult.metrics._contract import Planned
from auscult.metrics._events.etiquette import Etiquette, Instances, WeightedStatement, statement_problems


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    parts: tuple[WeightedStatement, ...]
    question: str = ""
    instances: Instances = "every"
    languages: tuple[str, ...] | None = None


class Hold(Planned[Settings]):
    """YES when every part is met, NO when one is not, NA when there is no hold."""

    name: ClassVar[str] = "hold"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice"})

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the parts."""
        return tuple(statement_problems(settings.parts))

    def unique_key(self, settings: Settings) -> str | None:  # noqa: ARG002 nothing distinguishes two of them
        """A form has one (domain: one hold metric a form)."""
        return "hold"

    def is_split(self, settings: Settings) -> bool:
        """Return whether its parts have weights."""
        return any(statement.weight is not None for statement in settings.parts)

    def plan(self, settings: Settings) -> Etiquette:
        """Return the parts, compiled."""
        return _compiled(settings)


@lru_cache(maxsize=1024)
def _compiled(settings: Settings) -> Etiquette:
    return Etiquette("hold", settings.parts, settings.instances)
