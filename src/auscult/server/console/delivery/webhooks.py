"""Webhooks: the receivers of changes, and the result of each attempt."""

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect

from auscult.domain.change import CHANGE_KINDS, USUAL_KINDS, WEBHOOK_FORMATS, ChangeKind
from auscult.domain.delivery.chat_messages import DEFAULT, FIELDS
from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.language import later
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of, several
from auscult.server.console.frame.visit import BASE, Visit, missing
from auscult.server.console.operations.tabs import PATH, administration
from auscult.server.console.people.access import (
    KINDS,
    SecretView,
    WebhooksView,
    webhook_row,
    webhook_view,
)
from auscult.services.delivery.webhook_changes import NewWebhook, Webhooks

_PATH = f"{PATH}/webhooks"
_MOST = 200
_LABELS = {"url": later("Address")}
_NOTES = {"removed": later("Removed, with its log."), "enabled": later("It continues where it stopped.")}


class WebhooksPage(Controller):
    """The webhooks of an app."""

    path = "/administration/webhooks"

    @get(sync_to_thread=True)
    def listing(self, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """List the webhooks with the state of each."""
        visit.require_everywhere("webhook.read")
        return self._page(visit)

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Add a webhook, and show its secret once."""
        visit.require_everywhere("webhook.manage")
        try:
            webhook = _webhooks(visit).add(_new(data))
        except AuscultError as error:
            return self._page(visit, problem=sentence_of(error, _LABELS), given=data)
        return self._page(visit, SecretView(name=_("Webhook"), id=webhook.id, secret=webhook.secret))

    @get("/{webhook_id:str}", sync_to_thread=True)
    def show(self, webhook_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Show one webhook with the result of each attempt."""
        visit.require_everywhere("webhook.read")
        found = next((each for each in visit.app.webhooks.listing() if each.id == webhook_id), None)
        if found is None:
            raise missing("webhook", webhook_id)
        row = webhook_row(found, visit.app.feed.last(), visit.reader, _PATH)
        view = webhook_view(row, visit.app.webhooks.deliveries(webhook_id, _MOST), visit.reader, BASE)
        return visit.page("delivery/webhook", "Administration", view)

    @post("/{webhook_id:str}/remove", sync_to_thread=True)
    def remove(self, webhook_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Remove a webhook with its log."""
        visit.require_everywhere("webhook.manage")
        _webhooks(visit).remove(webhook_id)
        return Redirect(f"{_PATH}?done=removed", status_code=303)

    @post("/{webhook_id:str}/enable", sync_to_thread=True)
    def enable(self, webhook_id: FromPath[str], visit: NamedDependency[SkipValidation[Visit]]) -> Redirect:
        """Retry a webhook at once."""
        visit.require_everywhere("webhook.manage")
        _webhooks(visit).enable(webhook_id)
        return Redirect(f"{_PATH}?done=enabled", status_code=303)

    def _page(
        self, visit: Visit, made: SecretView | None = None, problem: str = "", given: Given | None = None
    ) -> Response[str]:
        last = visit.app.feed.last()
        view = WebhooksView(
            rows=tuple(webhook_row(each, last, visit.reader, _PATH) for each in visit.app.webhooks.listing()),
            kinds=tuple((each, _(KINDS[each])) for each in CHANGE_KINDS),
            fields=FIELDS,
            usual=DEFAULT,
            may_manage=visit.principal.may_everywhere("webhook.manage"),
            made=made,
            note=_(_NOTES.get(next(iter(visit.query.get("done", ())), ""), "")),
            problem=problem,
            given={name: one(given or {}, name) for name in ("url", "format", "template")},
            chosen=USUAL_KINDS if given is None else several(given, "kind"),
        )
        return administration(visit, "Webhooks", view, 422 if problem else 200)


def _webhooks(visit: Visit) -> Webhooks:
    return Webhooks(visit.app, visit.principal, lambda: visit.now, visit.services.settings.networks)


def _new(data: Given) -> NewWebhook:
    chosen = several(data, "kind")
    kinds: frozenset[ChangeKind] = frozenset(each for each in CHANGE_KINDS if each in chosen)
    if not kinds:
        raise RequestError(_("choose at least one kind of change"), code="field.missing", field="kind")
    named = one(data, "format", "standard")
    if named not in WEBHOOK_FORMATS:
        message = f"unknown format {named!r}; available: {', '.join(WEBHOOK_FORMATS)}"
        raise RequestError(message, code="webhook.bad_template", field="format", value=named)
    return NewWebhook(url=one(data, "url"), kinds=tuple(kinds), format=named, template=one(data, "template"))
