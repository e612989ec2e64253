"""Texts of users: the grants that they have, where and when."""

from collections.abc import Mapping

from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.naming import by_in_words, role_name
from auscult.server.console.frame.reader import Reader
from auscult.server.console.people.rights import permission_in_words
from auscult.services.people.views import GrantView, UserView

_SCOPES = {
    "app": later("the whole app"),
    "queues": later("queues {names}"),
    "teams": later("teams {names}"),
    "agents": later("agents {names}"),
    "own": later("their own conversations"),
    "assigned": later("what they are to audit"),
}


def roles_of(user: UserView) -> tuple[str, ...]:
    """Return the roles and permissions that are in force for a user, each once."""
    return tuple(dict.fromkeys(grant_name(each) for each in user.grants if each.state == "in_force"))


def grant_name(grant: GrantView) -> str:
    """Return the role or permission that a grant gives."""
    return role_name(grant.role) if grant.role else permission_in_words(grant.permission or "")


def grant_scope(grant: GrantView, reader: Reader) -> str:
    """Return the part of the app that a grant is for."""
    if grant.scope.kind == "app" and grant.app_id is None:
        return _("every app")
    names = grant.scope.names
    if grant.scope.kind == "queues":
        names = tuple(reader.queues.labelled(each) for each in names)
    return _(_SCOPES[grant.scope.kind]).format(names=", ".join(names)).strip()


def grant_time(grant: GrantView, reader: Reader, names: Mapping[str, str]) -> str:
    """Return since when and until when a grant is in force, or who revoked it. ``names``: of people, by e-mail address."""
    if grant.state == "revoked" and grant.revoked_at is not None:
        by = by_in_words(grant.revoked_by or "", names)
        return _("Revoked on {day} by {by}").format(day=reader.day(grant.revoked_at), by=by)
    if grant.until:
        text = _("From {since} to {until}") if grant.state == "coming" else _("Since {since} to {until}")
        return text.format(since=reader.day(grant.since), until=reader.day(grant.until))
    text = _("From {since}") if grant.state == "coming" else _("Since {since}")
    return text.format(since=reader.day(grant.since))
