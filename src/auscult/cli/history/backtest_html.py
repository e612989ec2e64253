"""A backtest as one page of HTML that needs nothing else: to be opened, sent and kept."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from auscult.cli.history.backtest_page import about, count, notes_of, number, share
from auscult.domain.evaluation import WORDS
from auscult.services.definitions.forms.difference import ComparedForms
from auscult.services.history.backtests import BacktestLine


def document(line: BacktestLine, head: str, differs: ComparedForms | None) -> str:
    """Return the whole page. ``head`` names the form and the conversations."""
    loader = PackageLoader("auscult.cli.history", ".")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("backtest.html").render(
        line=line,
        head=head,
        about=tuple(about(line)),
        most=max((one.conversations for one in (*line.before.scores, *line.after.scores)), default=0) or 1,
        notes=notes_of(differs),
        words=WORDS,
        count=count,
        number=number,
        share=share,
    )
