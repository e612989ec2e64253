"""Figures of agreement as tables show them; what is not known is a dash."""

from auscult.domain.audits.agreement import Agreement

COLUMNS = ("n", "agreement", "kappa", "95 %", "base rate")
"""The columns of ``figures``. The fourth is the interval that holds kappa with 95 % confidence."""


def figures(found: Agreement) -> tuple[str, ...]:
    """One cell for each of ``COLUMNS``."""
    interval = found.kappa_interval
    between = "-" if interval is None else f"{interval.low:.2f} to {interval.high:.2f}"
    return str(found.n), percent(found.agreement), kappa(found.kappa), between, percent(found.base_rate)


def percent(share: float | None) -> str:
    """A share of 1 as a percentage."""
    return "-" if share is None else f"{share:.1%}"


def kappa(figure: float | None) -> str:
    """A kappa, to two decimals."""
    return "-" if figure is None else f"{figure:.2f}"
