"""Raters of a calibration session: their progress and their agreement."""

from collections.abc import Mapping

from msgspec import Struct

from auscult.domain.calibration.report import RaterFigures
from auscult.domain.calibration.session import Rater, Session, state_of
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.reader import Reader

_FAR = {
    "not_started": later("Not begun"),
    "in_progress": later("In progress"),
    "submitted": later("Submitted"),
    "left": later("Left"),
}
_BANDS = {
    "poor": later("poor"),
    "moderate": later("moderate"),
    "substantial": later("substantial"),
    "near_perfect": later("near-perfect"),
}


class RaterView(Struct, frozen=True, kw_only=True):
    """A rater of the room, with figures in the debrief."""

    name: str
    state: str
    agreement: str
    accuracy: str
    na_rate: str
    is_na_flagged: bool
    kappa: str
    deviates: str


def state_word(found: Session, rater: Rater) -> str:
    """Return a rater's progress in words."""
    return _(_FAR[state_of(found, rater)])


def rater_view(
    found: Session, name: str, figures: RaterFigures | None, names: Mapping[str, str], reader: Reader
) -> RaterView:
    """Show a rater of a session, with figures if there are any. ``names``: of metrics and people, by id."""
    rater = found.rater(name)
    state = state_word(found, rater) if rater else ""
    if figures is None:
        return RaterView(
            name=names.get(name, name),
            state=state,
            agreement="",
            accuracy="",
            na_rate="",
            is_na_flagged=False,
            kappa="",
            deviates="",
        )
    return figures_view(name, state, figures, names, reader)


def figures_view(name: str, state: str, found: RaterFigures, names: Mapping[str, str], reader: Reader) -> RaterView:
    """Show how far a rater, or the machine, agrees with the others."""

    def share(value: float | None) -> str:
        return "–" if value is None else reader.share(value)  # noqa: RUF001  (a dash)

    kappa = ""
    if found.kappa is not None and found.band is not None:
        kappa = f"{reader.number(found.kappa, 2)}, {_(_BANDS[found.band])}"
    return RaterView(
        name=names.get(name, name),
        state=state,
        agreement=share(found.agreement),
        accuracy=share(found.accuracy),
        na_rate=share(found.na_rate),
        is_na_flagged=found.is_na_flagged,
        kappa=kappa,
        deviates=", ".join(f"{names.get(metric, metric)} {n}" for metric, n in found.deviates.items()),
    )
