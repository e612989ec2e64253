"""Transfer etiquette: what the agent says before passing the customer on. All or nothing.

Settings, semantics and examples for users: docs/reference/metrics/transfer.md.
"""

from functools import lru_cache
from typing import ClassVar

from msgspec import Struct

from auscult.domain.conversation import Channel
from auscult.metrics._contract import Planned
from auscult.metrics._events.etiquette import Etiquette, Instances, RequiredStatement, statement_problems


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    parts: tuple[RequiredStatement, ...]
    question: str = ""
    instances: Instances = "every"
    languages: tuple[str, ...] | None = None


class Transfer(Planned[Settings]):
    """YES when every part is met, NO when one is not, NA when there is no transfer."""

    name: ClassVar[str] = "transfer"
    settings_type: ClassVar[type[Struct]] = Settings
    channels: ClassVar[frozenset[Channel]] = frozenset({"voice"})
    reads_words: ClassVar[bool] = False

    def problems(self, settings: Settings) -> tuple[tuple[str, str], ...]:
        """Return the faults of the parts."""
        return tuple(statement_problems(settings.parts))

    def plan(self, settings: Settings) -> Etiquette:
        """Return the parts, compiled."""
        return _compiled(settings)


@lru_cache(maxsize=1024)
def _compiled(settings: Settings) -> Etiquette:
    return Etiquette("transfer", settings.parts, settings.instances)
