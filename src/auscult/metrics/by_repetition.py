"""The same reply, or the same call with the same values, again without a reason between.

Settings, semantics and examples for users: docs/reference/metrics/by_repetition.md.
"""

from typing import ClassVar

from msgspec import Struct

from auscult.metrics._ai.judging import Judging


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    question: str = ""

    @property
    def asked(self) -> str:
        """The question."""
        return "no_loop"


class ByRepetition(Judging[Settings]):
    """YES where an AI agent moves on, NO where it says or calls the same again, NA where none speaks."""

    name: ClassVar[str] = "by_repetition"
    settings_type: ClassVar[type[Struct]] = Settings
