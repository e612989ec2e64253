"""Users: listed, added, granted roles, disabled; and the reasons why one of them sees a conversation."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.conversation import Agent
from auscult.domain.errors import AuscultError, NotFoundError
from auscult.domain.people.permissions import PERMISSIONS
from auscult.domain.people.users import User
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.api.people.users import find_user, managing, shown_user, shown_users
from auscult.server.console.absences import LABELS, absences_of, days_in_words, wanted_of
from auscult.server.console.frame.naming import agent_name, by_in_words, role_name
from auscult.server.console.frame.posted import Given, Posted, lines, one, sentence, sentence_of, several
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, AnyRequest, TheVisit, Visit
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.names import names_of_people
from auscult.server.console.people.rights import permission_in_words
from auscult.services.people.users import Access, Users
from auscult.services.people.views import GrantView, UserView
from auscult.services.people.why import Explainer, Explanation

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


_PATH = f"{PATH}/users"
_MOST_AGENTS = 100
"""Agents that are ticked by name; more are named by id."""
_NOTES = {
    "granted": later("Granted."),
    "away": later("Stated: nothing is drawn for them on these days."),
    "back": later("The absence is removed."),
    "revoked": later("Revoked; the grant stays in the history."),
    "disabled": later("Disabled, and signed out everywhere."),
    "enabled": later("Active again."),
    "password": later("The password is set, and the user is signed out everywhere."),
    "added": later("Added."),
    "reset": later("The second factor is removed, and the user is signed out everywhere."),
}


class UsersPage(Controller):
    """The users of an app."""

    path = "/administration/users"

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List the users who have or had a grant in the app."""
        visit.require_everywhere("user.read")
        return self._listing(visit, {})

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: TheVisit, request: AnyRequest) -> Response[str] | Redirect:
        """Add a user with a role."""
        visit.require_everywhere("user.manage")
        users, tenant, access = managed(visit), visit.app.tenant, _access(data)
        known = next((each for each in _users(visit) if each.email == one(data, "email").lower()), None)
        if known is not None:
            words = _("{email} has a page here already: open it in the list to grant another role.")
            return self._listing(visit, data, words.format(email=known.email))
        try:
            users.check(tenant.account_id, tenant, access)
            user = users.add(one(data, "email"), one(data, "name"), tenant.account_id, one(data, "password") or None)
            users.grant(user, tenant, access)
        except AuscultError as error:
            return self._listing(visit, data, sentence(error.coded))
        if one(data, "password") or visit.services.sign_on is not None:
            return Redirect(f"{_PATH}/{user.user_id}?done=added", status_code=303)
        return self._one(visit, user.user_id, **invitation(visit, user.email, users.link(user), request))

    @get("/{user_id:str}", sync_to_thread=True)
    def show(self, user_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one user, with all grants, and why they see a conversation where one is named."""
        visit.require_everywhere("user.read")
        return self._one(visit, user_id)

    @post("/{user_id:str}/grants", sync_to_thread=True)
    def grant(self, user_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Grant a role or a single permission."""
        users, tenant, access = managed(visit), visit.app.tenant, _access(data)
        return self._changed(visit, user_id, "granted", lambda user: users.grant(user, tenant, access), data)

    @post("/{user_id:str}/grants/{grant_id:str}/revoke", sync_to_thread=True)
    def revoke(self, user_id: FromPath[str], grant_id: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """End a grant."""
        users, tenant = managed(visit), visit.app.tenant
        return self._changed(visit, user_id, "revoked", lambda user: users.revoke(user, tenant, grant_ids=[grant_id]))

    @post("/{user_id:str}/state", sync_to_thread=True)
    def state(self, user_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Disable a user, or make them active again."""
        if one(data, "act") == "disable":
            return self._changed(visit, user_id, "disabled", managed(visit).disable)
        return self._changed(visit, user_id, "enabled", managed(visit).enable)

    @post("/{user_id:str}/password", sync_to_thread=True)
    def password(self, user_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Set a password."""
        users, password = managed(visit), one(data, "password")
        return self._changed(visit, user_id, "password", lambda user: users.set_password(user, password))

    @post("/{user_id:str}/link", sync_to_thread=True)
    def link(self, user_id: FromPath[str], visit: TheVisit, request: AnyRequest) -> Response[str]:
        """Show a link that signs in a user who has no password yet."""
        visit.require_everywhere("user.manage")
        user = _find(visit, user_id)
        try:
            code = managed(visit).link(user)
        except AuscultError as error:
            return self._one(visit, user_id, sentence(error.coded))
        return self._one(visit, user_id, **invitation(visit, user.email, code, request))

    @post("/{user_id:str}/second-factor/reset", sync_to_thread=True)
    def reset_second_factor(self, user_id: FromPath[str], visit: TheVisit) -> Response[str] | Redirect:
        """Remove the second factor of a user who lost the device."""
        return self._changed(visit, user_id, "reset", managed(visit).reset_second_factor)

    @post("/{user_id:str}/away", sync_to_thread=True)
    def state_absence(self, user_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """State days on which a user is away."""
        absences = absences_of(visit)
        return self._changed(
            visit, user_id, "away", lambda user: absences.add(wanted_of(data, user.email)), data, LABELS
        )

    @post("/{user_id:str}/away/{absence_id:str}/remove", sync_to_thread=True)
    def remove_absence(
        self, user_id: FromPath[str], absence_id: FromPath[str], visit: TheVisit
    ) -> Response[str] | Redirect:
        """Remove an absence; one that is removed already stays so."""

        def remove(_user: User) -> None:
            with suppress(NotFoundError):
                absences_of(visit).remove(absence_id)

        return self._changed(visit, user_id, "back", remove)

    def _changed(  # noqa: PLR0913, PLR0917
        self,
        visit: Visit,
        user_id: str,
        done: str,
        change: Callable[[User], object],
        given: Given = MappingProxyType({}),
        labels: Mapping[str, str] = MappingProxyType({}),
    ) -> Response[str] | Redirect:
        """Make a change to a user, and show them with a note on what was ``done``, or why it is refused."""
        visit.require_everywhere("user.manage")
        user = _find(visit, user_id)
        try:
            change(user)
        except AuscultError as error:
            return self._one(visit, user_id, sentence_of(error, labels), given)
        return Redirect(f"{_PATH}/{user.user_id}?done={done}", status_code=303)

    def _listing(self, visit: Visit, given: Given, problem: str = "") -> Response[str]:
        away = visit.app.absences.away(visit.now.date())
        return administration(
            visit,
            "Users",
            problem=problem,
            users=_users(visit),
            enrolled=visit.store.people.second_factors.enrolled(),
            away={email: visit.reader.day(last, year=False) for email, last in away.items()},
            may_add=visit.principal.may_everywhere("user.manage"),
            roles_of=roles_of,
            **_granting(visit, given),
        )

    def _one(
        self,
        visit: Visit,
        user_id: str,
        problem: str = "",
        given: Given = MappingProxyType({}),
        **invited: Any,  # noqa: ANN401  (what the page shows of a link)
    ) -> Response[str]:
        user = _find(visit, user_id)
        asked = visit.asked("conversation")
        why, lacking = _why(visit, user, asked)
        people = visit.store.people
        return visit.page(
            "people/user",
            "Administration",
            status=409 if problem else 200,
            note=visit.note(_NOTES),
            problem=problem or lacking,
            user=shown_user(visit.app, visit.services, user),
            has_second_factor=user.user_id in people.second_factors.enrolled(),
            has_no_password=visit.services.sign_on is None and people.users.password_hash(user.user_id) is None,
            may_manage=visit.principal.may_everywhere("user.manage"),
            why=why,
            asked=asked,
            names={visit.app.tenant.account_id: by_in_words("operator", {}), **names_of_people(visit)},
            away=absences_of(visit).listing(user.email),
            days_in_words=days_in_words,
            permissions=PERMISSIONS.items(),
            permission_in_words=permission_in_words,
            grant_name=grant_name,
            grant_scope=grant_scope,
            grant_time=grant_time,
            **invited,
            **_granting(visit, given),
        )


def _granting(visit: Visit, given: Given) -> dict[str, Any]:
    """Return what the form of a grant offers, and the values of a refused one."""
    return {
        "roles": [(each, role_name(each)) for each in visit.store.people.roles.of(visit.app.tenant.account_id)],
        "queues": visit.reader.queues.present().items(),
        "agents_known": _agents(visit),
        "given": {name: one(given, name) for name in ("email", "name", "role", "permission", *LABELS)},
        "chosen": several(given, "queue"),
        "agents_chosen": lines(given, "agents"),
    }


def invitation(visit: Visit, email: str, code: str, request: AnyRequest) -> dict[str, Any]:
    """Return what a page shows: ``link`` signs in once with a code, ``sent`` is the result of the e-mail with it."""
    base = visit.services.settings.public_url or str(request.base_url)
    link = f"{base.rstrip('/')}{BASE}/link/{code}"
    return {"link": link, "sent": _mailed(visit, email, link)}


def _mailed(visit: Visit, email: str, link: str) -> str:
    """Send a link where there is a mail server. Return the result in words; empty without one."""
    mail = visit.services.settings.mail
    if mail is None:
        return ""
    text = _("{name} invites you to auscult. This link signs you in once, within seven days, and asks for a password:")
    said = f"{text.format(name=visit.visitor.name)}\n\n{link}\n"
    problem = mail((email,), _("Your invitation to auscult"), said, None)
    sent = _("Not sent by e-mail: {problem}. Send the link yourself.") if problem else _("Sent to {email} by e-mail.")
    return sent.format(problem=problem, email=email)


def managed(visit: Visit) -> Users:
    """Return the service that changes users on the visitor's behalf."""
    return managing(visit.principal, visit.services)


def _access(data: Given) -> Access:
    """Read a role or a permission, and its scope."""
    return Access(
        role=one(data, "role") or None,
        permission=None if one(data, "role") else one(data, "permission") or None,
        queues=several(data, "queue"),
        agents=lines(data, "agents"),
    )


def _agents(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Return id and name of the app's agents, by name; none where they are too many to be ticked."""
    known = visit.app.people.directory.agents()
    if len(known) > _MOST_AGENTS:
        return ()
    named = ((each.agent_id, agent_name(Agent(id=each.agent_id, name=each.name))) for each in known)
    return tuple(sorted(named, key=lambda one: one[1].casefold()))


def _find(visit: Visit, user_id: str) -> User:
    return find_user(user_id, visit.app, visit.principal, visit.services)


def _users(visit: Visit) -> list[UserView]:
    return shown_users(visit.app, visit.principal, visit.services)


def _why(visit: Visit, user: User, asked: str) -> tuple[Explanation | None, str]:
    """Return the reasons why a user sees a conversation, or the fault of the question."""
    if not asked:
        return None, ""
    try:
        return Explainer(visit.store, visit.app.tenant, visit.now).explain(user, asked), ""
    except AuscultError as error:
        return None, sentence(error.coded)
