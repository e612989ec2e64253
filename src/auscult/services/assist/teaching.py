"""Certainty of an app's suggestions, refitted to what its agents did with them, put in force by a person and undone."""

from collections.abc import Iterator

import msgspec

from auscult.domain.assist.teaching import lessons_of
from auscult.domain.errors import ConflictError
from auscult.domain.statistics.calibration import Calibration, Lesson, Teaching, teach
from auscult.services.privacy.log import record
from auscult.storage.store import AppStore

KIND = "suggestions"
_AT_A_TIME = 500


class Kept(Calibration, frozen=True, kw_only=True):
    """Calibration as it is stored; ``by`` is who put it in force, empty before that was stored with it."""

    by: str = ""


def calibration_of(app: AppStore, engine: str) -> Calibration:
    """Return the calibration of an app's suggestions; that of another engine than ``engine`` does not count."""
    stored = app.definitions.get(KIND, KIND)
    found = Calibration() if stored is None else _read(stored.document)
    return found if found.engine in ("", engine) else Calibration(engine=engine)


def fit(app: AppStore, engine: str, likely: float) -> Teaching:
    """Fit the certainty of an engine's suggestions to what the app's agents decided; nothing is changed.

    ``likely``: from this likelihood on a suggestion is sure. Raises ``ConflictError`` ``answers.too_few``.
    """
    return teach(_lessons(app, engine), engine, likely, calibration_of(app, engine))


def publish(app: AppStore, found: Teaching, principal: str) -> Calibration:
    """Put a fit in force, by ``principal``. Raises ``ConflictError`` ``fit.worse`` where it does not hold on other answers."""
    if not found.is_better:
        raise ConflictError(
            "on answers that were left out the fit is no better (log loss {after} after, {before} before); what is in force stays",
            after=f"{found.left_out.log_loss:.4f}",
            before=f"{found.before.log_loss:.4f}",
            code="fit.worse",
        )
    return _put(app, found.calibration, principal, "suggestions.fitted")


def undo(app: AppStore, principal: str) -> Calibration:
    """Put what was in force before the last change in force again. Raises ``ConflictError`` ``fit.none``."""
    versions = app.definitions.versions(KIND, KIND)
    if not versions:
        raise ConflictError(
            "the app's suggestions were never fitted, so that there is nothing to undo", code="fit.none"
        )
    before = _read(versions[1].document) if len(versions) > 1 else Calibration()
    return _put(app, before, principal, "suggestions.undone")


def _put(app: AppStore, calibration: Calibration, principal: str, action: str) -> Calibration:
    kept = Kept(**msgspec.to_builtins(calibration), by=principal)
    app.definitions.publish(KIND, KIND, msgspec.json.encode(kept))
    record(app, principal, action, None, **msgspec.to_builtins(calibration))
    return calibration


def _lessons(app: AppStore, engine: str) -> Iterator[Lesson]:
    """Yield what agents decided in every live conversation that is stored, of suggestions by this engine."""
    after = ""
    while True:
        some = app.live.listing(after_id=after, limit=_AT_A_TIME)
        for each in some:
            yield from lessons_of(app.live.log(each.conversation_id).events, engine)
        if len(some) < _AT_A_TIME:
            return
        after = some[-1].conversation_id


def _read(document: bytes) -> Calibration:
    return msgspec.json.decode(document, type=Calibration)
