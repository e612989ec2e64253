"""The store of ``world``."""

from tests.contract.people.world import world

__all__ = ("world",)
