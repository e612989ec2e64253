"""Settings of an app, and facts about this installation."""

from collections.abc import Mapping
from importlib.metadata import version

from litestar import Controller, Response, get, post
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.errors import AuscultError
from auscult.domain.privacy.redaction import NEVER_KEPT, Kind
from auscult.domain.privacy.settings import PrivacySettings
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Field, Given, Posted, lines, number, one, sentence
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.privacy.approvals import steps, waiting_steps
from auscult.server.console.privacy.redactions import NOTES, stored
from auscult.services.privacy.settings import change_settings
from auscult.services.scoring.intake.times import LONGEST_INACTIVITY, change_times, times_of

_PATH = f"{PATH}/settings"
MODES = {
    "off": (later("Keep as it is"), later("Nothing is hidden.")),
    "mask": (later("Mask"), later("Personal data are replaced by a label; originals are gone.")),
    "token": (
        later("Replace by tokens"),
        later("Originals are kept, locked, for those who may read them; each look is logged."),
    ),
}
KINDS: Mapping[Kind, str] = {
    "card": later("Card numbers"),
    "iban": later("IBANs"),
    "national_number": later("National numbers"),
    "security_code": later("Security codes, PINs, passwords"),
    "expiry": later("Expiry dates of cards"),
    "email": later("E-mail addresses"),
    "phone": later("Telephone numbers"),
    "account": later("Account numbers"),
    "birth_date": later("Dates of birth"),
    "address": later("Postal addresses"),
    "name": later("Names"),
}
TREATMENTS = {
    "": later("As chosen above"),
    "mask": later("Mask"),
    "token": later("Replace by tokens"),
    "keep": later("Keep as it is"),
    "drop": later("Drop, without a number"),
}
_INACTIVITY = Field(later("Minutes without a message that end a chat"), 1, LONGEST_INACTIVITY, is_whole=True)
_NOTES = {
    "changed": later("Changed. It holds for what is accepted from now on."),
    "asked": later("Asked for: another person has to approve it."),
    "approved": later("Approved, and done."),
    "refused": later("Refused: nothing was done."),
    **NOTES,
}


class SettingsPage(Controller):
    """The settings of an app."""

    path = "/administration/settings"

    @get(sync_to_thread=True)
    def show(self, visit: TheVisit) -> Response[str]:
        """Show the app's treatment of personal data, and the installation."""
        visit.require_everywhere("settings.manage")
        return self._page(visit)

    @post(sync_to_thread=True)
    def change(self, data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Change the app's treatment of personal data from now on."""
        visit.require_everywhere("settings.manage")
        people = one(data, "people")
        asked = {
            "redaction": one(data, "redaction"),
            "countries": [each.upper() for each in lines(data, "countries")],
            "kinds": {kind: one(data, f"kind:{kind}") or None for kind in KINDS},
            "own": [each.strip() for each in one(data, "own").splitlines() if each.strip()],
            "agent_names": "keep" if one(data, "agent_names") == "keep" else "mask",
            "two_people": True if people == "two" else None,
            "second_factor": one(data, "second_factor") == "on",
            "agent_emotions": one(data, "agent_emotions") == "on",
        }
        by = f"user:{visit.visitor.email}"
        try:
            minutes = number(data, "chat_inactivity_minutes", _INACTIVITY)
            times = {"timezone": one(data, "timezone") or None, "chat_inactivity_minutes": minutes and int(minutes)}
            change_times(visit.app, by, times)
            after = change_settings(visit.app, by, asked)
        except AuscultError as error:
            return self._page(visit, sentence(error.coded), data)
        audits = visit.app.bookmarks.settings()
        visit.app.bookmarks.change_settings(replace(audits, leaderboard=one(data, "leaderboard") == "on"))
        if people == "one" and after.two_people:
            steps(visit).one_person()
            return Redirect(f"{_PATH}?done=asked", status_code=303)
        return Redirect(f"{_PATH}?done=changed", status_code=303)

    def _page(self, visit: Visit, problem: str = "", given: Given | None = None) -> Response[str]:
        privacy, tenant, times = visit.app.privacy.settings(), visit.app.tenant, times_of(visit.app)
        redaction, countries, people = _shown(privacy, given)
        return administration(
            visit,
            "Settings",
            note=visit.note(_NOTES),
            problem=problem,
            modes=MODES,
            redaction=redaction,
            countries=countries,
            people=people,
            kinds=[(kind, name, _chosen(privacy, given, kind), _possible(kind)) for kind, name in KINDS.items()],
            own="\n".join(privacy.own) if given is None else one(given, "own"),
            agent_names=(privacy.agent_names if given is None else one(given, "agent_names")) == "keep",
            second_factor=privacy.second_factor if given is None else one(given, "second_factor") == "on",
            agent_emotions=privacy.agent_emotions if given is None else one(given, "agent_emotions") == "on",
            leaderboard=visit.app.bookmarks.settings().leaderboard
            if given is None
            else one(given, "leaderboard") == "on",
            timezone=times.timezone if given is None else one(given, "timezone"),
            chat_inactivity_minutes=str(times.chat_inactivity_minutes)
            if given is None
            else one(given, "chat_inactivity_minutes"),
            facts=(
                (_("Version"), version("auscult")),
                (_("Tables"), visit.store.table_version() or _("none")),
                (_("Database"), "SQLite" if visit.store.is_embedded else "PostgreSQL"),
                (_("App"), tenant.app_id),
                (_("Account, organisation"), f"{tenant.account_id}, {tenant.org_id}"),
                (_("Single sign-on"), _("on") if visit.services.sign_on is not None else _("off")),
                (_("Licence"), "Apache-2.0"),
            ),
            kind_names=KINDS,
            treatments=TREATMENTS,
            **stored(visit),
            **waiting_steps(visit),
        )


def _chosen(privacy: PrivacySettings, given: Given | None, kind: Kind) -> str:
    return privacy.kinds.get(kind, "") if given is None else one(given, f"kind:{kind}")


def _possible(kind: Kind) -> Mapping[str, str]:
    """Return the treatments that a kind may have."""
    return {each: name for each, name in TREATMENTS.items() if kind not in NEVER_KEPT or each not in ("token", "keep")}


def _shown(privacy: PrivacySettings, given: Given | None) -> tuple[str, str, str]:
    """Return the redaction, countries and people that the form shows: the refused ones, or the ones in force."""
    if given is not None:
        return one(given, "redaction"), one(given, "countries"), one(given, "people")
    return privacy.redaction, ", ".join(privacy.countries), "two" if privacy.two_people else "one"
