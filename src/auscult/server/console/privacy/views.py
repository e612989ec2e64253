"""Retention, holds, erasure, and the access log."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from auscult.domain.privacy.log import Entry
from auscult.domain.privacy.retention import EVERY_QUEUE, Approval, Hold, Item, Receipt, Rule
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.naming import by_in_words
from auscult.server.console.frame.reader import Reader
from auscult.server.console.privacy.log_words import (
    action_in_words,
    details_in_words,
    target_in_words,
)

KINDS = {
    "conversation": later("Conversations and everything derived from them"),
    "transcript": later("Words"),
    "recording": later("Sound"),
    "result": later("Results"),
}
"""Parts of a conversation that a rule of retention keeps, in words."""
_SHOWN = 20


class RuleRow(Struct, frozen=True, kw_only=True):
    """The retention period of a queue's conversations."""

    queue: str
    name: str
    kind: str
    kept: str


class ItemsView(Struct, frozen=True, kw_only=True):
    """The preview of an erasure: how many conversations it erases, how many a hold keeps, and the first of them."""

    sentence: str
    is_empty: bool
    items: tuple[tuple[str, str, str], ...]
    more: str


class ReceiptRow(Struct, frozen=True, kw_only=True):
    """One run of erasure with its counts."""

    id: str
    when: str
    kind: str
    by: str
    erased: str
    audits: str
    coachings: str
    examples: str
    pins: str
    held: str
    elsewhere: str


class RetentionView(Struct, frozen=True, kw_only=True):
    """The rules, the form that changes one, the preview of a change, and past runs."""

    rules: tuple[RuleRow, ...]
    queues: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    receipts: tuple[ReceiptRow, ...]
    queue: str
    kind: str
    days: str
    previewed: str
    preview: ItemsView | None
    note: str
    problem: str
    stopped: str


class ApprovalRow(Struct, frozen=True, kw_only=True):
    """A step that waits for a second person. ``approve`` is empty for the person who requested it."""

    what: str
    by: str
    when: str
    approve: str
    refuse: str


class ApprovalsView(Struct, frozen=True, kw_only=True):
    """Steps that wait for a second person."""

    approvals: tuple[ApprovalRow, ...]
    note: str
    problem: str


class HoldRow(Struct, frozen=True, kw_only=True):
    """One hold. ``lift`` is the address that lifts it, empty once it is lifted."""

    number: str
    what: str
    reason: str
    placed: str
    lifted: str
    is_asked: bool
    lift: str


class HoldsView(Struct, frozen=True, kw_only=True):
    """The holds, and the form that places one."""

    rows: tuple[HoldRow, ...]
    approvals: tuple[ApprovalRow, ...]
    note: str
    problem: str
    given: Mapping[str, str]


class ErasureView(Struct, frozen=True, kw_only=True):
    """The search for a customer, its results, and past runs."""

    by: str
    value: str
    found: ItemsView | None
    approvals: tuple[ApprovalRow, ...]
    receipts: tuple[ReceiptRow, ...]
    note: str
    problem: str


class EntryRow(Struct, frozen=True, kw_only=True):
    """One entry of the log. ``who_id`` is the e-mail address of who has a name."""

    number: str
    when: str
    who: str
    who_id: str
    who_href: str
    action: str
    action_href: str
    target: str
    details: str


class LogView(Struct, frozen=True, kw_only=True):
    """The log, newest first. ``actions`` are those to filter by, in words. ``whole`` is the result of the log's integrity check, empty if it was not requested."""

    rows: tuple[EntryRow, ...]
    principal: str
    action: str
    target: str
    actions: tuple[tuple[str, str], ...]
    older: str
    whole: str
    faults: tuple[str, ...]


_KINDS = {
    "conversation": later("Conversation"),
    "customer": later("Customer"),
    "agent": later("Agent"),
    "period": later("Period"),
}
_SUBJECTS = {"customer": later("customer"), "phone": later("phone"), "email": later("email")}


def rule_row(rule: Rule, names: Mapping[str, str], reader: Reader) -> RuleRow:
    """Show one rule."""
    name = _("All other queues") if rule.queue == EVERY_QUEUE else names.get(rule.queue, rule.queue)
    kept = ngettext("{n} day", "{n} days", rule.days).format(n=reader.number(rule.days))
    return RuleRow(queue=rule.queue, name=name, kind=_(KINDS[rule.kind]), kept=kept)


def items_view(items: Sequence[Item], reader: Reader, base: str) -> ItemsView:
    """Show the conversations that a run would erase."""
    going = [each for each in items if each.held_by is None]
    held = len(items) - len(going)
    facts = [ngettext("{n} conversation", "{n} conversations", len(going)).format(n=reader.number(len(going)))]
    if audits := sum(each.is_audited for each in going):
        facts.append(_("{n} of them audited").format(n=reader.number(audits)))
    if held:
        facts.append(_("{n} kept by a hold").format(n=reader.number(held)))
    return ItemsView(
        sentence=f"{', '.join(facts)}.",
        is_empty=not going,
        items=tuple(
            (
                each.conversation_id,
                f"{base}/conversations/{each.conversation_id}",
                _day_of(each, reader),
            )
            for each in items[:_SHOWN]
        ),
        more=_("and {n} more").format(n=reader.number(len(items) - _SHOWN)) if len(items) > _SHOWN else "",
    )


def _day_of(item: Item, reader: Reader) -> str:
    day = reader.day(item.started_at)
    return day if item.held_by is None else _("{day}, hold {hold}").format(day=day, hold=item.held_by)


def receipt_row(receipt: Receipt, reader: Reader, names: Mapping[str, str]) -> ReceiptRow:
    """Show one receipt. ``names`` are those of people, by e-mail address."""
    elsewhere = _("{deliveries} deliveries, {exports} exports before").format(
        deliveries=receipt.webhook_deliveries, exports=receipt.exports
    )
    return ReceiptRow(
        id=receipt.id,
        when=reader.moment(receipt.started_at),
        kind=_("Retention") if receipt.kind == "retention" else _("Customer"),
        by=by_in_words(receipt.principal, names),
        erased=reader.number(receipt.erased),
        audits=reader.number(receipt.audits),
        coachings=reader.number(receipt.coachings),
        examples=reader.number(receipt.examples),
        pins=reader.number(receipt.pins),
        held=reader.number(receipt.held),
        elsewhere=elsewhere,
    )


def approval_row(  # noqa: PLR0913  (what it shows, and for whom)
    found: Approval, me: str, reader: Reader, path: str, names: Mapping[str, str], *, may_decide: bool
) -> ApprovalRow:
    """Show a step that waits for a second person, with the actions open to the reader. ``names``: by e-mail address."""
    return ApprovalRow(
        what=_what(found),
        by=by_in_words(found.requested_by, names),
        when=reader.lately(found.requested_at),
        approve=f"{path}/{found.number}/approve" if may_decide and found.requested_by != me else "",
        refuse=f"{path}/{found.number}/refuse" if may_decide else "",
    )


def _what(found: Approval) -> str:
    """Return the requested step in words."""
    subject = found.subject
    if found.kind == "erasure":
        if not subject:
            return _("Erase a customer")
        by = _(_SUBJECTS.get(subject.by or "", subject.by or ""))
        return _("Erase everything of {by} {value}").format(by=by, value=subject.value)
    if found.kind == "hold_lift":
        if not subject:
            return _("Lift a hold")
        return _("Lift hold {number}: {reason}").format(number=subject.hold, reason=subject.reason)
    return _("Require only one person from now on")


def hold_row(hold: Hold, asked: Collection[int], reader: Reader, path: str, names: Mapping[str, str]) -> HoldRow:
    """Show one hold. ``asked`` are the numbers of the holds whose lifting waits for a second person."""
    lifted = ""
    if hold.lifted_at:
        lifted = _("Lifted {day} by {by}").format(
            day=reader.day(hold.lifted_at), by=by_in_words(hold.lifted_by or "", names)
        )
    return HoldRow(
        number=str(hold.number),
        what=f"{_(_KINDS[hold.kind])} {hold.value}",
        reason=hold.reason,
        placed=_("{day} by {by}").format(day=reader.day(hold.placed_at), by=by_in_words(hold.placed_by, names)),
        lifted=lifted,
        is_asked=not hold.lifted_at and hold.number in asked,
        lift="" if hold.lifted_at or hold.number in asked else f"{path}/{hold.number}/lift",
    )


def entry_row(entry: Entry, reader: Reader, path: str, names: Mapping[str, str] | None = None) -> EntryRow:
    """Show one entry of the log. ``names`` are those of people, by e-mail address."""
    who = entry.principal.removeprefix("user:")
    name = by_in_words(entry.principal, names or {})
    at = datetime.fromtimestamp(entry.at / 1000, UTC)
    return EntryRow(
        number=str(entry.number),
        when=f"{reader.day(at)} {reader.time(at)}",
        who=name,
        who_id=who if who != name and "@" in who else "",
        who_href=f"{path}?principal={entry.principal}",
        action=action_in_words(entry.action),
        action_href=f"{path}?action={entry.action}",
        target=target_in_words(entry.target) if entry.target else (_("erased") if entry.salt is None else ""),
        details=details_in_words(msgspec.json.decode(entry.details, type=dict[str, Any]), reader)
        if entry.details
        else "",
    )
