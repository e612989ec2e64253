"""A back-test as it stands, and what it found."""

from msgspec import Struct

from auscult.server.console.reader import Reader
from auscult.services.history.backtests import BacktestView, RateLine


class BacktestPage(Struct, frozen=True, kw_only=True):
    """A back-test: how far it is, and what it found."""

    form_id: str
    state: str
    is_open: bool
    progress: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str, str], ...]
    changed: tuple[tuple[str, str, str], ...]


def backtest_page(found: BacktestView, form_id: str, reader: Reader, base: str) -> BacktestPage:
    """Show a back-test as it stands."""
    result = found.result
    is_open = found.state == "running"
    if result is None:
        sentence = "It is being worked out." if is_open else (found.reason or "It did not end well.")
        return BacktestPage(
            form_id=form_id,
            state=found.state,
            is_open=is_open,
            progress=f"{reader.number(found.looked)} of {reader.number(found.total)}",
            sentence=sentence,
            facts=(),
            metrics=(),
            changed=(),
        )
    moved = result.gained + result.lost
    return BacktestPage(
        form_id=form_id,
        state=found.state,
        is_open=False,
        progress=f"{reader.number(result.looked)} read",
        sentence=(
            f"Of {reader.number(result.counted)} conversations {reader.number(result.gained)} would pass that failed, "
            f"and {reader.number(result.lost)} fail that passed."
            if moved
            else f"None of {reader.number(result.counted)} conversations changes between passing and failing."
        ),
        facts=(
            ("Pass rate", f"{_rate(result.before.pass_rate, reader)} to {_rate(result.after.pass_rate, reader)}"),
            ("Mean score", f"{_mean(result.before.mean, reader)} to {_mean(result.after.mean, reader)}"),
            ("Unchanged", reader.number(result.unchanged)),
            ("Would need the judge", reader.number(result.unjudged)),
        ),
        metrics=tuple((each.name, _share(each.before, reader), _share(each.after, reader)) for each in result.metrics),
        changed=tuple(
            (
                each.conversation_id,
                f"{base}/conversations/{each.conversation_id}",
                ", ".join(f"{one.name} {one.before} to {one.after}" for one in each.metrics),
            )
            for each in result.most_changed
        ),
    )


def _rate(value: float | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.share(value, 1)


def _mean(value: float | None, reader: Reader) -> str:
    return "\u2013" if value is None else reader.number(value, 1)


def _share(rate: RateLine | None, reader: Reader) -> str:
    return "\u2013" if rate is None or rate.adherence is None else reader.share(rate.adherence, 1)
