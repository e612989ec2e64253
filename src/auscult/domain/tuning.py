"""Fits to what people decided, each named by a key, so that what is published is what was reviewed."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.errors import ConflictError
from auscult.domain.statistics.calibration import Calibration, Teaching

EDIT_SUGGESTIONS = "knowledge.edit"
EDIT_FORMS = "form.publish"
READ_AUDITS = "audit.read"
MOST_AUDITED = 1_000
"""Audited conversations that one request reads; the command has no such limit."""


class Change(Struct, frozen=True, kw_only=True):
    """Calibration as it was put in force, and its author: a user, a client, or the command line."""

    slope: float
    offset: float
    answers: int
    by: str | None
    at: datetime


class SuggestionTuning(Struct, frozen=True, kw_only=True):
    """Certainty of an app's suggestions: what is in force, earlier changes, and what a fit would change.

    ``fit`` is null where agents decided on too few suggestions, with the ``reason``. ``key`` names the fit.
    """

    language: str
    in_force: Calibration
    history: tuple[Change, ...]
    fit: Teaching | None
    key: str | None
    reason: str | None


class FittedVersion(Struct, frozen=True, kw_only=True):
    """Record of a version of a form whose thresholds were fitted: it took the place of version ``before``."""

    version: int
    before: int
    by: str


def key_of(fit: Any) -> str:  # noqa: ANN401  (a fit of either kind)
    """Return what distinguishes one fit from another: 16 hexadecimal digits."""
    return sha256(msgspec.json.encode(fit, order="deterministic")).hexdigest()[:16]


def check_key(expected: str, key: str | None) -> None:
    """Refuse to publish another fit than the one that was reviewed. Raises ``ConflictError`` ``fit.moved``."""
    if expected != key:
        raise ConflictError(
            "people decided more since this fit was made, so that it is another one now; look at it again",
            code="fit.moved",
            field="key",
            value=expected,
        )
