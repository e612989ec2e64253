"""The second and the fourth step: ready forms, and an invitation."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from litestar import Controller, Response, get, post
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.definitions.form_version import Signed
from auscult.domain.errors import AuscultError, ConflictError
from auscult.domain.form import Form
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.first_hour.steps import PATH, AnyVisit, may
from auscult.server.console.frame.naming import (
    CHANNELS,
    language_name,
    role_name,
)
from auscult.server.console.frame.posted import Given, Posted, one, sentence, several
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, AnyRequest, Visit
from auscult.server.console.people.users import invitation
from auscult.services.definitions.forms.publish import publish
from auscult.services.definitions.forms.reading import all_starter_documents, read_form
from auscult.services.history.coverage import fitting
from auscult.services.history.rescores import begin_rescore
from auscult.services.people.users import Access, Users


class StarterView(Struct, frozen=True, kw_only=True):
    """A ready form. ``fits`` is the number of loaded conversations that it would score."""

    key: str
    name: str
    about: str
    questions: tuple[str, ...]
    fits: str
    is_chosen: bool
    is_there: bool


class FormPage(Controller):
    """The ready forms."""

    path = "/first-hour/form"

    @get(sync_to_thread=True)
    def form_page(self, visit: AnyVisit) -> Response[str]:
        """Offer the ready forms."""
        may(visit, "form")
        return _form_page(visit)

    @post(sync_to_thread=True)
    def form(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Publish the chosen forms, and score what is loaded with them."""
        work = may(visit, "form")
        documents = all_starter_documents()
        chosen = {key: documents[key] for key in several(data, "form") if key in documents}
        if not chosen:
            return _form_page(visit, _("Choose a form, or skip the step."))
        try:
            versions = publish(visit.app.forms, chosen, visit.services.answered(), Signed(visit.visitor.email))
        except AuscultError as error:
            return _form_page(visit, sentence(error.coded))
        for each in versions:
            try:
                begin_rescore(visit.app, visit.services.answered(), form_id=each.form_id, by=visit.visitor.email)
            except ConflictError:
                continue  # one of this form is under way, and scores the rest
        work.done("form")
        return Redirect(PATH, status_code=303)


class InvitePage(Controller):
    """An invitation."""

    path = "/first-hour/invite"

    @get(sync_to_thread=True)
    def invite_page(self, visit: AnyVisit) -> Response[str]:
        """Ask who is to be invited."""
        may(visit, "invite")
        return _invite_page(visit, {})

    @post(sync_to_thread=True)
    def invite(self, data: Posted, visit: AnyVisit, request: AnyRequest) -> Response[str]:
        """Add a person with a role, and show the link that signs them in."""
        work, tenant = may(visit, "invite"), visit.app.tenant
        users, access = Users(visit.store, visit.principal, lambda: visit.now), Access(role=one(data, "role") or None)
        if visit.store.people.users.by_email(one(data, "email").lower()) is not None:
            # A link signs its bearer in: there is none for who is here already.
            return _invite_page(visit, data, _("This person is here already. Grant them a role under Users."))
        try:
            users.check(tenant.account_id, tenant, access)
            user = users.add(one(data, "email"), one(data, "name"), tenant.account_id)
            users.grant(user, tenant, access)
        except AuscultError as error:
            return _invite_page(visit, data, sentence(error.coded))
        work.done("invite")
        if visit.services.sign_on is not None:
            return _invite_page(visit, {}, invited=user.email)
        shown = invitation(visit, user.email, users.link(user), request)
        return _invite_page(visit, {}, **shown, invited=user.email)


def _form_page(visit: Visit, problem: str = "") -> Response[str]:
    return visit.page(
        "first_hour/form",
        "Home",
        status=422 if problem else 200,
        path=f"{PATH}/form",
        forms=tuple(_starters(visit)),
        problem=problem,
    )


def _starters(visit: Visit) -> Iterator[StarterView]:
    """Yield the ready forms with the number of loaded conversations that each is for."""
    documents = all_starter_documents()
    forms = {key: read_form(document) for key, document in documents.items()}
    known = {each.form_id for each in visit.app.forms.in_force()}
    counts = fitting(visit.app, tuple(forms.values())).counts if visit.may("conversation.read") else Counter[str]()
    for key, form in forms.items():
        n = counts[form.id]
        fits = ngettext("for {n} conversation here", "for {n} conversations here", n) if n else ""
        yield StarterView(
            key=key,
            name=form.name,
            about=_about(form, visit.reader),
            questions=tuple(each.name for each in form.metrics),
            fits=fits.format(n=visit.reader.number(n)),
            is_chosen=n > 0 or (not counts and key in {"voice", "chat"}),
            is_there=form.id in known,
        )


def _about(form: Form, reader: Reader) -> str:
    channel = _(CHANNELS[form.channel])
    languages = ", ".join(language_name(each, reader) for each in form.languages)
    n = len(form.metrics)
    questions = ngettext("{n} question", "{n} questions", n).format(n=n)
    return f"{channel}, {languages}, {questions}"


def _invite_page(visit: Visit, given: Given, problem: str = "", **invited: Any) -> Response[str]:  # noqa: ANN401  (what the page shows of it)
    names: Iterable[str] = visit.store.people.roles.of(visit.app.tenant.account_id)
    return visit.page(
        "first_hour/invite",
        "Home",
        status=422 if problem else 200,
        path=f"{PATH}/invite",
        users=f"{BASE}/administration/users",
        given={name: one(given, name) for name in ("email", "name", "role")},
        roles=tuple((each, role_name(each)) for each in names if each != "agent"),
        problem=problem,
        **invited,
    )
