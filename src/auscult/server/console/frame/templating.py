"""Templates of the console: Jinja2, everything escaped, and a missing value is an error."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from msgspec import Struct

from auscult.language import gettext, ngettext, translated
from auscult.server.console.frame.charts import lanes, sentiment, strip
from auscult.server.console.frame.meanings import MEANINGS
from auscult.server.console.frame.naming import BETWEEN, by_in_words, customer_words, role_name
from auscult.server.console.frame.posted import sentence
from auscult.server.console.frame.quoting import excerpt
from auscult.server.console.frame.reader import FEW, clock, length
from auscult.server.console.frame.reasons import fault_in_words
from auscult.server.console.frame.verdicts import sign_of
from auscult.services.disputes.outcomes import word_of

BASE = "/console"
"""Address of the console."""

_PACKAGE = "auscult.server.console"
_BY_READER = ("day", "lately", "last_day", "moment", "number", "share")
"""Methods of the reader that are filters, too."""
_FIRST = (
    *("parts/", "insights/", "conversations/", "search/"),
    *("definitions/form_editor", "definitions/parts/form", "definitions/parts/builder"),
)
"""Templates of the pages that are opened first."""


class NavigationItem(Struct, frozen=True, kw_only=True):
    """One page of the menu. ``count`` items wait there; ``is_late`` where some of them are late."""

    name: str
    href: str
    is_here: bool = False
    count: int = 0
    is_late: bool = False


class NavigationGroup(Struct, frozen=True, kw_only=True):
    """Pages of the menu under one heading; the first group has none."""

    name: str
    items: tuple[NavigationItem, ...]


class Persona(Struct, frozen=True, kw_only=True):
    """A person of the demo to act as."""

    email: str
    name: str
    role: str
    is_here: bool = False


class Frame(Struct, frozen=True, kw_only=True):
    """The frame of every page: the signed-in person, the menu, and the way that the page is served.

    ``languages`` are those to choose from, each with its own name. ``theme`` is ``auto``, ``light`` or ``dark``.
    ``has_shortcuts``: single keys are shortcuts. ``assets`` is the address of the console's files;
    ``here`` is the page's own address, to which forms of the frame return. ``may`` returns whether the person has a
    permission in the whole app; ``may_export``: in part of it. ``unread`` notices are new; ``is_notices`` on their page.
    """

    language: str
    languages: Mapping[str, str]
    theme: str
    has_shortcuts: bool
    nonce: str
    assets: str
    here: str
    person: str
    role: str
    groups: tuple[NavigationGroup, ...]
    may: Callable[[str], bool]
    may_export: bool
    personas: tuple[Persona, ...] = ()
    notice: str = ""
    unread: int = 0
    is_notices: bool = False


def _by_reader(name: str) -> Callable[..., str]:
    """Return the filter that writes a value as the reader of the page does, and an unknown one as a dash."""

    @pass_context
    def written(context: Context, value: Any, *given: Any, **named: Any) -> str:  # noqa: ANN401  (as the method takes)
        return "\u2013" if value is None else getattr(context["reader"], name)(value, *given, **named)

    return written


def _compact(value: object) -> str:
    """Return a value as a button sends it: JSON without spaces."""
    return msgspec.json.encode(value).decode()


_MEANING = Markup(
    '<details class="about"><summary><span aria-hidden="true">?</span><span class="vh">{about}</span></summary>'
    '<p class="small">{said} <a href="{base}/help/{page}" target="_blank" rel="noopener">{more}'
    '<span class="vh"> {opens}</span></a></p></details>'
)


def _meaning(key: str, label: str) -> Markup:
    """Return the "?" of a field: what it means, with a link to its page of the documentation."""
    said, page = MEANINGS[key]
    return _MEANING.format(
        about=gettext("About: {label}").format(label=label),
        said=gettext(said),
        base=BASE,
        page=page,
        more=gettext("Documentation"),
        opens=gettext("(opens a new tab)"),
    )


def _loader() -> BaseLoader:
    """Return the loader of ``audits/desk.html`` from ``audits/templates``; other names are of the frame."""
    folders = sorted(each.name for each in files(_PACKAGE).iterdir() if (each / "templates").is_dir())
    loaders = {name: PackageLoader(_PACKAGE, f"{name}/templates") for name in folders}
    return ChoiceLoader([loaders.pop("frame"), PrefixLoader(loaders)])


@cache
def make_environment() -> Environment:
    """Make the environment that pages are rendered in, one for the process: its templates are compiled once.

    Macros find here what is the same for every page: those that are imported with the context of a page are made again
    for each, in cycles that the collector of garbage has to find.
    """
    environment: Any = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)
    environment.filters.update({name: _by_reader(name) for name in _BY_READER})
    environment.filters.update(clock=clock, duration=length, answer_word=word_of, answer_sign=sign_of)
    environment.filters.update(fault=fault_in_words, by=by_in_words, role_name=role_name, customer_words=customer_words)
    environment.filters.update(compact=_compact, excerpt=excerpt, sentence=sentence, translated=translated)
    environment.globals.update(
        base=BASE,
        between=BETWEEN,
        picks=f"{BASE}/search/picks",
        meaning=_meaning,
        few=FEW,
        strip=strip.strip,
        spark=sentiment.spark,
        lanes=lanes.lanes,
    )
    return environment


def warm_templates() -> None:
    """Compile the templates of the pages that are opened first, so that no visitor waits for it."""
    environment = make_environment()
    for name in environment.list_templates(filter_func=lambda name: "/" not in name or name.startswith(_FIRST)):
        environment.get_template(name)


class Templates:
    """Renders pages."""

    def __init__(self) -> None:
        """Make the environment."""
        self._environment = make_environment()

    def render(self, name: str, frame: Frame, view: Struct | None, more: Mapping[str, Any] | None = None) -> str:
        """Render the page ``<name>.html`` with its view."""
        return self._environment.get_template(f"{name}.html").render(frame=frame, view=view, **(more or {}))

    def render_alone(self, name: str, values: Mapping[str, Any]) -> str:
        """Render a page without the menu."""
        return self._environment.get_template(f"{name}.html").render(values)
