"""Numbers that open what they count: each with the address of the list of exactly these conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.frame.filters import Query, address
from auscult.server.console.frame.reader import FEW, Reader
from auscult.services.insights.quality import Adherence, Passed
from auscult.services.insights.trust import Part

SCORED = ("passed", "failed")
"""Values of the filter ``outcome`` that pass rates count."""
WITH_SCORE = (*SCORED, "undecided")
"""Those that mean scores count."""


class CountView(Struct, frozen=True, kw_only=True):
    """A number as it is shown. ``href`` opens the list of what it counts; it is empty where it counts nothing."""

    shown: str
    href: str = ""

    def __html__(self) -> Markup:
        """Return the number as a link, for templates and translated sentences."""
        if not self.href:
            return Markup.escape(self.shown)
        return Markup('<a class="count-link" href="{}">{}</a>').format(self.href, self.shown)

    def __str__(self) -> str:
        """Return the number as it is shown."""
        return self.shown


class Leads(NamedTuple):
    """Addresses of conversations, for this reader, with these filters, at this path of a list."""

    reader: Reader
    query: Query
    path: str

    def to(self, span: Passed | tuple[datetime, datetime] | None = None, **more: str | Sequence[str]) -> str:
        """Return the address of the conversations of a period, or of any time."""
        if span is not None:
            since, until = (span.since, span.until) if isinstance(span, Passed) else span
            more |= {"since": since.isoformat(), "until": until.isoformat()}
        return address(self.path, {name: each for name, each in self.query.items() if name != "days"}, **more)

    def number(
        self, n: int, span: Passed | tuple[datetime, datetime] | None = None, **more: str | Sequence[str]
    ) -> CountView:
        """Show a number of conversations; nothing opens where there are none."""
        return CountView(shown=self.reader.number(n), href=self.to(span, **more) if n else "")

    def scored(self, found: Passed, **more: str | Sequence[str]) -> CountView:
        """Show how many passed or failed."""
        return self.number(found.scored, found, outcome=SCORED, **more)

    def passed(self, found: Passed, **more: str | Sequence[str]) -> CountView:
        """Show how many passed."""
        return self.number(found.passed, found, outcome="passed", **more)

    def failed(self, found: Passed, **more: str | Sequence[str]) -> CountView:
        """Show how many failed."""
        return self.number(found.scored - found.passed, found, outcome="failed", **more)

    def pass_rate(self, found: Passed, **more: str | Sequence[str]) -> Markup:
        """Show the share that passed, and of few how many of how many."""
        return self._rate(self.passed(found, **more), self.scored(found, **more), found.passed, found.scored, 0)

    def fail_rate(self, found: Passed, **more: str | Sequence[str]) -> Markup:
        """Show the share that failed, and of few how many of how many."""
        failed = found.scored - found.passed
        return self._rate(self.failed(found, **more), self.scored(found, **more), failed, found.scored, 0)

    def met_rate(self, found: Adherence, metric_id: str, span: tuple[datetime, datetime], digits: int = 0) -> Markup:
        """Show the share that met a metric, of those it applied to."""
        met = self.number(found.met, span, met=metric_id)
        return self._rate(met, self.number(found.n, span, asked=metric_id), found.met, found.n, digits)

    def agree_rate(self, found: Part | None, metric_id: str, span: tuple[datetime, datetime], **more: str) -> Markup:
        """Show the share of audits whose answer to a metric is the machine's."""
        n, of = (found.agreed, found.n) if found else (0, 0)
        agreed = self.number(n, span, checked=metric_id, agrees="yes", **more)
        return self._rate(agreed, self.number(of, span, checked=metric_id, **more), n, of, 0)

    def undecided(self, found: Passed, **more: str | Sequence[str]) -> Markup:
        """Return how many conversations neither passed nor failed, as a sentence; empty for none."""
        return undecided_sentence(self.number(found.undecided, found, outcome="undecided", **more), found.undecided)

    def _rate(self, part: CountView, whole: CountView, n: int, of: int, digits: int) -> Markup:
        if not of:
            return Markup("\u2013")
        if of < FEW:
            return sentence(_("{n} of {whole}"), n=part, whole=whole)
        share = CountView(shown=self.reader.share(n / of, digits), href=part.href or whole.href)
        return share.__html__()


def sentence(text: str, **values: object) -> Markup:
    """Fill a translated sentence; what is no number with a link is escaped."""
    return Markup.escape(text).format(**values)


def undecided_sentence(count: CountView, n: int) -> Markup:
    """Return how many are undecided as a sentence; empty for none."""
    if not n:
        return Markup("")
    said = ngettext(
        "One more is undecided: a fatal metric has no answer.",
        "{n} more are undecided: a fatal metric has no answer.",
        n,
    )
    if "{n}" in said:
        return sentence(said, n=count)
    return CountView(shown=said, href=count.href).__html__()
