"""The people of an app as pages name them: their names by e-mail address."""

from datetime import date

from auscult.domain.people.grants import permissions_in
from auscult.language import gettext as _
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import Visit


def names_of_people(visit: Visit) -> dict[str, str]:
    """Return the names of the users of the account, by e-mail address."""
    return {each.email: each.name for each in visit.store.people.users.listing(visit.app.tenant.account_id)}


def names_by_id(visit: Visit) -> dict[str, str]:
    """Return the names of metrics and of people, by metric id and by e-mail address."""
    return {**metric_names(visit.app), **names_of_people(visit)}


def people_with(visit: Visit, permission: str) -> dict[str, str]:
    """Return the names of the active users who have a permission in the app, by e-mail address, in order of names.

    The name of a person who is away has the day until when.
    """
    people, tenant = visit.store.people, visit.app.tenant
    roles = people.roles.of(tenant.account_id)
    holders = {
        grant.user_id
        for grant in people.grants.in_app(tenant.app_id, tenant.account_id)
        if grant.holds(visit.now) and permission in permissions_in(grant, roles)
    }
    users = [each for each in people.users.listing(tenant.account_id) if each.user_id in holders]
    away = visit.app.absences.away(visit.now.date())
    found = {each.email: each.name for each in sorted(users, key=lambda each: each.name) if each.state == "active"}
    return {
        email: away_words(name, away[email], visit.reader) if email in away else name for email, name in found.items()
    }


def away_words(name: str, until: date, reader: Reader) -> str:
    """Return the name of a person who is away, with the day until when."""
    return _("{name}, away until {day}").format(name=name, day=reader.day(until, year=False))
