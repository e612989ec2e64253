"""Figures of agreement as tables show them; what is not known is a dash."""

from collections.abc import Iterable

from auscult.domain.audits.agreement import Agreement

COLUMNS = ("n", "agreement", "kappa", "95 %", "base rate")
"""The columns of ``figures``. The fourth is the interval that holds kappa with 95 % confidence."""


def figures(found: Agreement) -> tuple[str, ...]:
    """One cell for each of ``COLUMNS``."""
    interval = found.kappa_interval
    between = "-" if interval is None else f"{interval.low:.2f} to {interval.high:.2f}"
    return str(found.n), percent(found.agreement), kappa(found.kappa), between, percent(found.base_rate)


def print_figures(rows: Iterable[tuple[str, Agreement]]) -> None:
    """Print a table with the figures of metrics, each with its name."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("metric")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for name, found in rows:
        table.add_row(name, *figures(found))
    Console().print(table)


def percent(share: float | None) -> str:
    """A share of 1 as a percentage."""
    return "-" if share is None else f"{share:.1%}"


def kappa(figure: float | None) -> str:
    """A kappa, to two decimals."""
    return "-" if figure is None else f"{figure:.2f}"
