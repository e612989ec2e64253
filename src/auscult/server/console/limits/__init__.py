"""The page of accounts for the operator: the busiest ones, what they use, and their limits."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get

from auscult.domain.limits import MINUTE_MS, AccountFigures
from auscult.domain.scoring.judging import BILLION
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import TheVisit
from auscult.server.console.operations.tabs import must_operate, tabs_of
from auscult.services.limits import MOST_ACCOUNTS

Cells = list[tuple[str, str, bool]]
"""Of each figure what is used, its limit or nothing, and whether the limit is reached."""
_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


class AccountsPage(Controller):
    """The accounts of the installation. For anybody but an operator it does not exist."""

    path = "/administration/accounts"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the busiest accounts."""
        must_operate(visit)
        limits = visit.services.room.limits
        accounts = () if limits is None else limits.busiest()
        rows = [(each, cells(each, visit.reader)) for each in accounts]
        tabs = tabs_of(visit, "Accounts")
        return visit.page("limits/accounts", "Administration", rows=rows, tabs=tabs, most=MOST_ACCOUNTS)


def cells(account: AccountFigures, reader: Reader) -> Cells:
    """Return the figures of an account as the reader reads them."""
    use, limits = account.use, account.limits
    minutes, money = use.sound_ms / MINUTE_MS, use.judge_cost / BILLION
    return [
        (reader.number(use.conversations), "", False),
        _cell(reader.number(use.waiting), limits.backlog, use.waiting, reader.number),
        _cell(size(use.storage_bytes, reader), limits.storage_bytes, use.storage_bytes, lambda n: size(n, reader)),
        _cell(reader.number(minutes), limits.sound_minutes, minutes, reader.number),
        _cell(reader.number(use.judge_tokens), limits.judge_tokens, use.judge_tokens, reader.number),
        _cell(reader.number(money, 2), limits.judge_cost, money, lambda n: reader.number(n, 2)),
    ]


def _cell(used: str, limit: Any, value: float, written: Callable[[Any], str]) -> tuple[str, str, bool]:  # noqa: ANN401
    if limit is None:
        return used, "", False
    return used, written(limit), value >= limit


def size(count: int, reader: Reader) -> str:
    """Return bytes in the largest unit that fits: ``1.5 GB``."""
    value, unit = float(count), 0
    while value >= _STEP and unit + 1 < len(_UNITS):
        value, unit = value / _STEP, unit + 1
    return f"{reader.number(value, 1 if unit > 1 else 0)} {_UNITS[unit]}"
