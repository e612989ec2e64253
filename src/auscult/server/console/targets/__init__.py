"""Targets of notices in the console: the visitor's own, and for people who manage webhooks those of the app."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, get_args

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from auscult.domain.errors import AuscultError, ConflictError, RequestError
from auscult.domain.notices import KINDS, Kind, Language
from auscult.domain.targets import NewTarget, State, Target
from auscult.language import LANGUAGES, later, translated
from auscult.language import gettext as _
from auscult.outgoing.dialling import AddressRefusedError
from auscult.sandbox.messages import Messenger
from auscult.server.console.frame.posted import Given, Posted, one, sentence_of, several
from auscult.server.console.frame.visit import BASE, TheVisit, Visit
from auscult.server.console.notices import KINDS as KIND_WORDS
from auscult.services.targets.sending import Targets

AnyVisit = TheVisit
PATH = f"{BASE}/notices/targets"
_LABELS = {"name": later("Name"), "address": later("Address"), "kinds": later("Which notices")}
_STATES: Mapping[State, str] = {
    "waiting": later("Not accepted; it is tried again"),
    "sending": later("A message is being sent"),
    "unknown": later("Not known whether the last message arrived"),
    "failed": later("Not accepted five times: nothing more is sent"),
}
_DONE = {
    "added": later("Added: it gets what happens from now on. Send a trial message to see whether it arrives."),
    "removed": later("Removed, with its address."),
    "tried": later("The trial message was accepted."),
    "unknown": later("It is not known whether the trial message arrived."),
}


class TargetRow(Struct, frozen=True, kw_only=True):
    """One target as the page shows it; ``trouble`` is empty where the last message was accepted."""

    target: Target
    kinds: str
    trouble: str


class TargetsPage(Controller):
    """The targets of notices."""

    path = "/notices/targets"

    @get(sync_to_thread=True)
    def listing(self, visit: AnyVisit) -> Response[str]:
        """Show the targets and the form for another one."""
        return _page(visit, notice=visit.note(_DONE))

    @post(sync_to_thread=True)
    def add(self, data: Posted, visit: AnyVisit) -> Response[str] | Redirect:
        """Add a target."""
        wanted = NewTarget(
            name=one(data, "name")[:100],
            address=one(data, "address")[:2000],
            kinds=tuple(each for each in KINDS if each in several(data, "kind")),
            language=next((each for each in get_args(Language) if each == one(data, "language")), "en"),
            is_of_app=one(data, "whose") == "app",
        )
        try:
            targets_of(visit).add(wanted, _messenger(visit).service_of)
        except (RequestError, AddressRefusedError, ConflictError) as error:
            return _page(visit, given=data, error=error)
        return Redirect(f"{PATH}?done=added", status_code=303)

    @post("/{target_id:str}/try", sync_to_thread=True)
    def attempt(self, target_id: FromPath[str], visit: AnyVisit) -> Response[str] | Redirect:
        """Send a trial message."""
        outcome = targets_of(visit).attempt(target_id, _messenger(visit).send)
        if outcome.state == "refused":
            return _page(visit, tried=(target_id, outcome.reason))
        return Redirect(f"{PATH}?done={'tried' if outcome.state == 'sent' else 'unknown'}", status_code=303)

    @post("/{target_id:str}/remove", sync_to_thread=True)
    def remove(self, target_id: FromPath[str], visit: AnyVisit) -> Redirect:
        """Remove a target."""
        targets_of(visit).remove(target_id)
        return Redirect(f"{PATH}?done=removed", status_code=303)


def targets_of(visit: Visit) -> Targets:
    """Return the targets as the visitor sees and changes them."""
    return Targets(visit.app, lambda: visit.now, visit.principal)


def _messenger(visit: Visit) -> Messenger:
    return Messenger(visit.services.settings.networks)


def _page(
    visit: Visit,
    *,
    notice: str = "",
    given: Given | None = None,
    error: AuscultError | None = None,
    tried: tuple[str, str] = ("", ""),
) -> Response[str]:
    found = targets_of(visit).listing()
    values: dict[str, Any] = {name: one(given or {}, name) for name in ("name", "whose", "language")}
    problem = sentence_of(error, _LABELS) if error else ""
    return visit.page(
        "targets/targets",
        "Notices",
        None,
        422 if error else 200,
        own=_rows([each for each in found if each.person is not None], tried),
        shared=_rows([each for each in found if each.person is None], tried),
        may_manage=targets_of(visit).may_manage,
        is_installed=find_spec("apprise") is not None,
        kinds={key: _(KIND_WORDS[key]) for key in KINDS},
        languages=LANGUAGES,
        given={**values, "language": values["language"] or visit.reader.language},
        ticked=several(given or {}, "kind"),
        notice=notice,
        problem=problem,
        at=error.field if error else "",
    )


def _rows(found: Sequence[Target], tried: tuple[str, str]) -> tuple[TargetRow, ...]:
    rows: list[TargetRow] = []
    for each in found:
        state = "waiting" if each.target_id == tried[0] and each.state == "ready" else each.state
        reason = tried[1] if each.target_id == tried[0] else each.reason
        words = _("The trial message was not accepted") if each.target_id == tried[0] else _(_STATES.get(state, ""))
        trouble = ": ".join(part for part in (words, translated(reason)) if part) if state in _STATES else ""
        rows.append(TargetRow(target=each, kinds=", ".join(_kind(kind) for kind in each.kinds), trouble=trouble))
    return tuple(rows)


def _kind(kind: Kind) -> str:
    return _(KIND_WORDS[kind])
