"""Webhooks: the receivers of changes, and the result of each attempt."""

from collections.abc import Mapping

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from auscult.domain.change import CHANGE_KINDS, USUAL_KINDS, WEBHOOK_FORMATS, ChangeKind, Webhook
from auscult.domain.delivery.addresses import without_login
from auscult.domain.delivery.chat_messages import DEFAULT, FIELDS
from auscult.domain.errors import AuscultError, RequestError
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of, several
from auscult.server.console.frame.visit import TheVisit, Visit, missing
from auscult.server.console.operations.tabs import PATH, administration
from auscult.services.delivery.webhook_changes import NewWebhook, Webhooks

_PATH = f"{PATH}/webhooks"
_MOST = 200
_LABELS = {"url": later("Address")}
_NOTES = {"removed": later("Removed, with its log."), "enabled": later("It continues where it stopped.")}

KINDS: Mapping[ChangeKind, str] = {
    "created": later("New"),
    "revised": later("Revised"),
    "rescored": later("Scored again"),
    "assigned": later("Audit assigned"),
    "audited": later("Audited"),
    "released": later("Audit released to the agent"),
    "agent_accepted": later("Accepted by the agent"),
    "acceptance_undone": later("Acceptance undone by the agent"),
    "disputed": later("Disputed by the agent"),
    "dispute_decided": later("Dispute decided"),
    "commented": later("Commented on"),
    "corrected": later("Put right"),
    "sides_doubted": later("Sides unknown or in doubt"),
    "pinned": later("Pinned"),
    "exemplified": later("Kept as an example of a form or a taxonomy"),
    "notified": later("Notices sent to people"),
    "erased": later("Erased"),
}
"""Kinds of changes, in words."""


class WebhooksPage(Controller):
    """The webhooks of an app."""

    path = "/administration/webhooks"

    @get(sync_to_thread=True)
    def listing(self, visit: TheVisit) -> Response[str]:
        """List the webhooks with the state of each."""
        visit.require_everywhere("webhook.read")
        return self._page(visit)

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: TheVisit) -> Response[str]:
        """Add a webhook, and show its secret once."""
        visit.require_everywhere("webhook.manage")
        try:
            webhook = _webhooks(visit).add(_new(data))
        except AuscultError as error:
            return self._page(visit, problem=sentence_of(error, _LABELS), given=data)
        return self._page(visit, webhook)

    @get("/{webhook_id:str}", sync_to_thread=True)
    def show(self, webhook_id: FromPath[str], visit: TheVisit) -> Response[str]:
        """Show one webhook with the result of each attempt."""
        visit.require_everywhere("webhook.read")
        found = next((each for each in visit.app.webhooks.listing() if each.id == webhook_id), None)
        if found is None:
            raise missing("webhook", webhook_id)
        return visit.page(
            "delivery/webhook",
            "Administration",
            webhook=found,
            last=visit.app.feed.last(),
            deliveries=visit.app.webhooks.deliveries(webhook_id, visit.at_a_time(_MOST)),
            kinds=KINDS,
            without_login=without_login,
            webhook_state=webhook_state,
        )

    @post("/{webhook_id:str}/remove", sync_to_thread=True)
    def remove(self, webhook_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Remove a webhook with its log."""
        visit.require_everywhere("webhook.manage")
        _webhooks(visit).remove(webhook_id)
        return Redirect(f"{_PATH}?done=removed", status_code=303)

    @post("/{webhook_id:str}/enable", sync_to_thread=True)
    def enable(self, webhook_id: FromPath[str], visit: TheVisit) -> Redirect:
        """Retry a webhook at once."""
        visit.require_everywhere("webhook.manage")
        _webhooks(visit).enable(webhook_id)
        return Redirect(f"{_PATH}?done=enabled", status_code=303)

    def _page(
        self, visit: Visit, made: Webhook | None = None, problem: str = "", given: Given | None = None
    ) -> Response[str]:
        return administration(
            visit,
            "Webhooks",
            note=visit.note(_NOTES),
            problem=problem,
            webhooks=visit.app.webhooks.listing(),
            last=visit.app.feed.last(),
            kinds=[(each, _(KINDS[each])) for each in CHANGE_KINDS],
            fields=FIELDS,
            usual=DEFAULT,
            may_manage=visit.principal.may_everywhere("webhook.manage"),
            made=made,
            without_login=without_login,
            webhook_state=webhook_state,
            given={name: one(given or {}, name) for name in ("url", "format", "template")},
            chosen=USUAL_KINDS if given is None else several(given, "kind"),
        )


def webhook_state(webhook: Webhook) -> tuple[str, str]:
    """Return whether a webhook works, in words and as a mark."""
    if webhook.is_disabled:
        return _("Disabled"), "late"
    if webhook.failures:
        n = webhook.failures
        return ngettext("Failed {n} time, tried again", "Failed {n} times, tried again", n).format(n=n), "due"
    return _("Works"), "done"


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
