"""Statements and actions of an AI agent against what it was given, what it read and what the customer said.

Settings, semantics and examples for users: docs/reference/metrics/by_grounding.md.
"""

from typing import ClassVar, Literal

from msgspec import Struct

from auscult.metrics._ai.judging import Judging

Check = Literal["grounded", "right_action", "safe"]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, cache_hash=True):
    """Settings of a metric of this type."""

    check: Check = "grounded"
    question: str = ""

    @property
    def asked(self) -> str:
        """The question."""
        return self.check


class ByGrounding(Judging[Settings]):
    """YES where what is stated is in a source or follows from one, NO where it does not, NA where nothing is stated."""

    name: ClassVar[str] = "by_grounding"
    settings_type: ClassVar[type[Struct]] = Settings
