"""Channel, direction and status in one number."""

from itertools import product

from auscult.domain.record import RecordQuery
from auscult.storage.pages.dimension_keys import CHANNELS, DIRECTIONS, STATUSES, cell_of, cells_of
from tests.strategies import talk


def query(**changes: object) -> RecordQuery:
    """A query with these filters."""
    return RecordQuery(report="r", app_ids=("st-1",), since_ms=0, until_ms=1, **changes)  # type: ignore[arg-type]


def test_every_combination_has_a_cell_of_its_own() -> None:
    """No two combinations share a number, and numbers fit two bytes."""
    combinations = list(product(CHANNELS, DIRECTIONS, STATUSES))
    cells = {cell_of(talk(channel=channel, direction=direction), status) for channel, direction, status in combinations}
    assert len(cells) == len(combinations)
    assert max(cells) < 2**15


def test_what_is_too_short_is_left_out_unless_asked_for() -> None:
    """Rule 24: below-threshold and duration-unavailable only when asked for; without a form still listed."""
    cells = cells_of(query())
    assert cells is not None
    for status, is_listed in zip(STATUSES, (True, True, False, False, False), strict=True):
        assert (cell_of(talk(), status) in cells) is is_listed
    assert cells_of(query(include_below_threshold=True)) is None


def test_filters_narrow_the_cells() -> None:
    """Rule 24: channel and direction filter; one that nothing has leaves nothing."""
    cells = cells_of(query(channels=("chat",), directions=("outbound",)))
    assert cells == tuple(
        sorted(cell_of(talk(channel="chat", direction="outbound"), s) for s in ("evaluated", "not_evaluated"))
    )
    assert cells_of(query(channels=("pigeon",))) == ()
