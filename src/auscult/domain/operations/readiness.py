"""Readiness: the checks that a server passes before it is sent requests."""

from msgspec import Struct


class ReadinessCheck(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Readiness check: ``reason`` names the fault where it is not passed."""

    name: str
    ok: bool
    reason: str = ""
