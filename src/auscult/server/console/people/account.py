"""A person's own sign-in and absences: the second factor, enrolled, renewed and removed; the days on which they are away."""

from contextlib import suppress

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.errors import AuscultError, NotFoundError
from auscult.domain.people.principal import Principal
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.absences import LABELS, days_in_words, wanted_of
from auscult.server.console.frame.posted import Given, Posted, one, sentence, sentence_of
from auscult.server.console.frame.visit import (
    BASE,
    AnyRequest,
    Console,
    page_response_of,
    reader_of,
    theme_of,
)
from auscult.server.console.people.sign_in import TheConsole, TheEntrance
from auscult.services.absences import Absences
from auscult.services.people.admission import SignInLimitedError
from auscult.services.people.principals import Principals
from auscult.services.people.second_factor import SecondFactors
from auscult.storage.people.access import Access

PATH = f"{BASE}/account"
_NOTHING: Given = {}
_NOTES = {
    "removed": later("Removed: you sign in without a code."),
    "away": later("Stated: nothing is drawn for you on these days."),
    "back": later("The absence is removed."),
}


class AccountPage(Controller):
    """The page of one's own sign-in. It belongs to no app."""

    path = "/account"

    @get(sync_to_thread=True)
    def show(self, request: AnyRequest, console: TheConsole, entrance: TheEntrance) -> Response[str]:
        """Show the second factor, or how to begin."""
        access = entrance.visitors.signed_in(request)
        note = _NOTES.get(request.query_params.get("done", ""), "")
        return _page(request, console, access, note=_(note))

    @post("/second-factor", sync_to_thread=True)
    def begin(self, request: AnyRequest, console: TheConsole, entrance: TheEntrance) -> Response[str] | Redirect:
        """Begin: show the secret that a code has to confirm."""
        access = entrance.visitors.signed_in(request)
        try:
            _factors(console).begin(access.user)
        except AuscultError as error:
            return _page(request, console, access, error)
        return Redirect(PATH, status_code=303)

    @post("/second-factor/confirm", sync_to_thread=True)
    def confirm(self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance) -> Response[str]:
        """Put the second factor in force, and show the recovery codes."""
        access = entrance.visitors.signed_in(request)
        try:
            session = access.session.session_id if access.session else None
            codes = _factors(console).confirm(access.user, one(data, "code"), session)
        except AuscultError as error:
            return _page(request, console, access, error)
        return _page(request, console, access, codes=codes)

    @post("/second-factor/recovery-codes", sync_to_thread=True)
    def renew(self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance) -> Response[str]:
        """Make new recovery codes, and show them."""
        access = entrance.visitors.signed_in(request)
        try:
            codes = _factors(console).renew_recovery_codes(access.user, one(data, "code"))
        except AuscultError as error:
            return _page(request, console, access, error)
        return _page(request, console, access, codes=codes)

    @post("/second-factor/remove", sync_to_thread=True)
    def remove(
        self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """Remove the second factor."""
        access = entrance.visitors.signed_in(request)
        try:
            _factors(console).remove(access.user, one(data, "code"))
        except AuscultError as error:
            return _page(request, console, access, error)
        return Redirect(f"{PATH}?done=removed", status_code=303)

    @post("/away", sync_to_thread=True)
    def state_absence(
        self, request: AnyRequest, data: Posted, console: TheConsole, entrance: TheEntrance
    ) -> Response[str] | Redirect:
        """State days on which the visitor is away."""
        access = entrance.visitors.signed_in(request)
        try:
            _absences(console, access).add(wanted_of(data, access.user.email))
        except AuscultError as error:
            return _page(request, console, access, problem=sentence_of(error, LABELS), given=data)
        return Redirect(f"{PATH}?done=away", status_code=303)

    @post("/away/{absence_id:str}/remove", sync_to_thread=True)
    def remove_absence(
        self, request: AnyRequest, absence_id: FromPath[str], console: TheConsole, entrance: TheEntrance
    ) -> Redirect:
        """Remove an absence; one that is removed already stays so."""
        access = entrance.visitors.signed_in(request)
        with suppress(NotFoundError):
            _absences(console, access).remove(absence_id)
        return Redirect(f"{PATH}?done=back", status_code=303)


def in_words(error: AuscultError) -> str:
    """Return why a code is refused, in the reader's language."""
    if isinstance(error, SignInLimitedError):
        return _("Too many tries. Try again in {n} seconds.").format(n=error.again_after_s)
    return sentence(error.coded)


def _factors(console: Console) -> SecondFactors:
    return SecondFactors(console.services.store, console.now)


def _absences(console: Console, access: Access) -> Absences:
    """Return the person's own absences."""
    user, store = access.user, console.services.store
    own = Principal(kind="user", principal_id=user.user_id, name=user.email, account_id=user.account_id)
    return Absences(store.absences_of(user.account_id), store, console.now, own)


def _page(  # noqa: PLR0913
    request: AnyRequest,
    console: Console,
    access: Access,
    error: AuscultError | None = None,
    *,
    codes: tuple[str, ...] = (),
    note: str = "",
    problem: str = "",
    given: Given = _NOTHING,
) -> Response[str]:
    factors, reader = _factors(console), reader_of(request, console.now())
    found, waiting = factors.of(access.user), factors.waiting(access.user)
    is_in_force = found is not None and waiting is None
    left = found.codes_left if found else 0
    shown = {
        "theme": theme_of(request),
        "name": access.user.name,
        "email": access.user.email,
        "by_provider": access.session is not None and access.session.method == "oidc",
        "is_required": Principals(console.services.store, console.now).owes_second_factor(access) and not is_in_force,
        "since": reader.day(found.confirmed_at) if found and found.confirmed_at else "",
        "left": ngettext("{n} recovery code is left.", "{n} recovery codes are left.", left).format(n=left),
        "is_low": left < _FEW,
        "secret": _grouped(waiting.secret) if waiting else "",
        "picture": _picture(waiting.uri) if waiting else "",
        "codes": codes,
        "absences": _absences(console, access).listing(),
        "given": {name: one(given, name) for name in LABELS},
        "reader": reader,
        "days_in_words": days_in_words,
        "note": note,
        "problem": in_words(error) if error else problem,
    }
    status = (422 if problem else 200) if error is None else 429 if isinstance(error, SignInLimitedError) else 422
    return page_response_of(console, "people/account", shown, status)


_FEW = 3


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _picture(uri: str) -> str:
    """Return the QR code of an address, as SVG without styles, for which the policy of pages has no room."""
    import segno  # noqa: PLC0415  (only for those who enrol)

    return segno.make(uri, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
