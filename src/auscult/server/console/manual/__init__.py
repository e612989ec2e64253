"""The documentation in the console: its list of pages, and each page."""

from collections.abc import Mapping
from itertools import groupby

from litestar import Controller, Response, get
from litestar.params import FromPath
from markupsafe import Markup

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.visit import BASE, TheVisit
from auscult.services.manual.installed import get_page, manual, page_html

HELP = "Documentation"
"""The name of these pages, which are below the menu."""
PATH = f"{BASE}/help"
SECTIONS: Mapping[str, str] = {
    "": later("First steps"),
    "how-to": later("How-to guides"),
    "explanation": later("Explanation"),
    "reference": later("Reference"),
    "reference/metrics": later("Metric types"),
    "runbooks": later("Runbooks"),
}
"""Sections of the documentation in words."""


class ManualPage(Controller):
    """The documentation of this version, for everyone who is signed in."""

    path = "/help"

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List the pages by section."""
        pages = sorted(manual().values(), key=lambda each: list(SECTIONS).index(each.section))
        found = [(_(SECTIONS[name]), tuple(of)) for name, of in groupby(pages, lambda each: each.section)]
        return visit.page("manual/manual", HELP, sections=found)

    @get("/{page:path}", sync_to_thread=True)
    def show(self, page: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one page."""
        found = get_page(page.strip("/"))
        section = _(SECTIONS[found.section])
        text = Markup(page_html(found.path, PATH))  # noqa: S704  (of the package's own Markdown)
        return visit.page("manual/page", HELP, page=found, section=section, text=text)
