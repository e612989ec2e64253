"""Settings of an app, and what this installation is."""

from importlib.metadata import version

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.errors import AuscultError
from auscult.server.console.language import gettext as _
from auscult.server.console.language import later
from auscult.server.console.pages.administration.tabs import PATH, administration
from auscult.server.console.posted import Posted, lines, one, sentence
from auscult.server.console.visit import Visit
from auscult.services.privacy.settings import change_settings

_PATH = f"{PATH}/settings"
MODES = {
    "off": (later("Keep as it is"), later("Nothing is hidden.")),
    "mask": (later("Mask"), later("Personal data are replaced by a label; originals are gone.")),
    "token": (
        later("Replace by tokens"),
        later("Originals are kept, locked, for those who may read them; each look is logged."),
    ),
}


class ModeView(Struct, frozen=True, kw_only=True):
    """One way to treat personal data."""

    value: str
    name: str
    text: str
    is_on: bool


class SettingsView(Struct, frozen=True, kw_only=True):
    """The settings of the app, and facts about the installation."""

    modes: tuple[ModeView, ...]
    countries: str
    facts: tuple[tuple[str, str], ...]
    note: str
    problem: str


class SettingsPage(Controller):
    """The settings of an app."""

    path = "/administration/settings"

    @get(sync_to_thread=True)
    def show(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show what the app does with personal data, and the installation."""
        visit.require_everywhere("settings.manage")
        return self._page(visit)

    @post(sync_to_thread=True)
    def change(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str] | Redirect:
        """Change what the app does with personal data from now on."""
        visit.require_everywhere("settings.manage")
        asked = {"redaction": one(data, "redaction"), "countries": [each.upper() for each in lines(data, "countries")]}
        try:
            change_settings(visit.app, f"user:{visit.visitor.email}", asked)
        except AuscultError as error:
            return self._page(visit, sentence(error.message))
        return Redirect(f"{_PATH}?done=changed", status_code=303)

    def _page(self, visit: Visit, problem: str = "") -> Response[str]:
        privacy, tenant = visit.app.privacy.settings(), visit.app.tenant
        view = SettingsView(
            modes=tuple(
                ModeView(value=value, name=_(name), text=_(text), is_on=value == privacy.redaction)
                for value, (name, text) in MODES.items()
            ),
            countries=", ".join(privacy.countries),
            facts=(
                (_("Version"), version("auscult")),
                (_("Tables"), visit.store.table_version() or _("none")),
                (_("Database"), "SQLite" if visit.store.is_embedded else "PostgreSQL"),
                (_("App"), tenant.app_id),
                (_("Account, organisation"), f"{tenant.account_id}, {tenant.org_id}"),
                (_("Single sign-on"), _("on") if visit.services.sign_on is not None else _("off")),
                (_("Licence"), "Apache-2.0"),
            ),
            note=_("Changed. It holds for what is accepted from now on.")
            if "changed" in visit.query.get("done", ())
            else "",
            problem=problem,
        )
        return administration(visit, "Settings", view, 422 if problem else 200)
