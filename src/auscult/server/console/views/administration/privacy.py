"""Retention, holds, erasure, and the log of who did what."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from auscult.domain.privacy.log import Entry
from auscult.domain.privacy.retention import EVERY_QUEUE, Approval, Hold, Item, Receipt, Rule
from auscult.server.console.reader import Reader

KINDS = {
    "conversation": "Conversations, with all made of them",
    "transcript": "Words",
    "recording": "Sound",
    "result": "Results",
}
"""Parts of a conversation that a rule of retention keeps, in words."""
_SHOWN = 20


class RuleRow(Struct, frozen=True, kw_only=True):
    """How long conversations of a queue are kept."""

    queue: str
    name: str
    kind: str
    kept: str


class ItemsView(Struct, frozen=True, kw_only=True):
    """What a run would erase: how many, how many a hold keeps, and the first of them."""

    sentence: str
    is_empty: bool
    items: tuple[tuple[str, str, str], ...]
    more: str


class ReceiptRow(Struct, frozen=True, kw_only=True):
    """One run with what it erased."""

    id: str
    when: str
    kind: str
    by: str
    erased: str
    audits: str
    held: str
    elsewhere: str


class RetentionView(Struct, frozen=True, kw_only=True):
    """The rules, the form that changes one, what a change would erase, and past runs."""

    rules: tuple[RuleRow, ...]
    queues: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    receipts: tuple[ReceiptRow, ...]
    queue: str
    kind: str
    days: str
    preview: ItemsView | None
    note: str
    problem: str


class ApprovalRow(Struct, frozen=True, kw_only=True):
    """A step that waits for a second person. ``approve`` is empty for the person who asked for it."""

    what: str
    by: str
    when: str
    approve: str
    refuse: str


class HoldRow(Struct, frozen=True, kw_only=True):
    """One hold. ``lift`` is where it is lifted, empty once it is."""

    number: str
    what: str
    reason: str
    placed: str
    lifted: str
    lift: str


class HoldsView(Struct, frozen=True, kw_only=True):
    """The holds, and the form that places one."""

    rows: tuple[HoldRow, ...]
    approvals: tuple[ApprovalRow, ...]
    note: str
    problem: str
    given: Mapping[str, str]


class ErasureView(Struct, frozen=True, kw_only=True):
    """The search for a customer, what was found, and past runs."""

    by: str
    value: str
    found: ItemsView | None
    approvals: tuple[ApprovalRow, ...]
    receipts: tuple[ReceiptRow, ...]
    note: str
    problem: str


class EntryRow(Struct, frozen=True, kw_only=True):
    """One entry of the log."""

    number: str
    when: str
    who: str
    who_href: str
    action: str
    action_href: str
    target: str
    details: str


class LogView(Struct, frozen=True, kw_only=True):
    """The log, newest first. ``whole`` says what the check of the log found, empty where it was not asked for."""

    rows: tuple[EntryRow, ...]
    principal: str
    action: str
    target: str
    older: str
    whole: str
    faults: tuple[str, ...]


_KINDS = {"conversation": "Conversation", "customer": "Customer", "agent": "Agent", "period": "Period"}


def rule_row(rule: Rule, names: Mapping[str, str], reader: Reader) -> RuleRow:
    """Show one rule."""
    name = "All other queues" if rule.queue == EVERY_QUEUE else names.get(rule.queue, rule.queue)
    return RuleRow(queue=rule.queue, name=name, kind=KINDS[rule.kind], kept=f"{reader.number(rule.days)} days")


def items_view(items: Sequence[Item], reader: Reader, base: str) -> ItemsView:
    """Show what a run would erase."""
    going = [each for each in items if each.held_by is None]
    held = len(items) - len(going)
    many = "1 conversation" if len(going) == 1 else f"{reader.number(len(going))} conversations"
    kept = f", {reader.number(held)} kept by a hold" if held else ""
    audits = sum(each.is_audited for each in going)
    with_audits = f", {reader.number(audits)} of them audited" if audits else ""
    return ItemsView(
        sentence=f"{many}{with_audits}{kept}.",
        is_empty=not going,
        items=tuple(
            (
                each.conversation_id,
                f"{base}/conversations/{each.conversation_id}",
                reader.day(each.started_at) + (f", hold {each.held_by}" if each.held_by is not None else ""),
            )
            for each in items[:_SHOWN]
        ),
        more=f"and {reader.number(len(items) - _SHOWN)} more" if len(items) > _SHOWN else "",
    )


def receipt_row(receipt: Receipt, reader: Reader) -> ReceiptRow:
    """Show one receipt."""
    elsewhere = f"{receipt.webhook_deliveries} deliveries, {receipt.exports} exports before"
    return ReceiptRow(
        id=receipt.id,
        when=reader.moment(receipt.started_at),
        kind="Retention" if receipt.kind == "retention" else "Customer",
        by=receipt.principal,
        erased=reader.number(receipt.erased),
        audits=reader.number(receipt.audits),
        held=reader.number(receipt.held),
        elsewhere=elsewhere,
    )


def approval_row(found: Approval, me: str, reader: Reader, path: str) -> ApprovalRow:
    """Show a step that waits for a second person."""
    subject = found.subject
    what = {
        "erasure": f"Erase everything of {subject.by} {subject.value}" if subject else "Erase a customer",
        "hold_lift": f"Lift hold {subject.hold}: {subject.reason}" if subject else "Lift a hold",
        "one_person": "Let one person be enough from now on",
    }
    return ApprovalRow(
        what=what[found.kind],
        by=found.requested_by.removeprefix("user:"),
        when=reader.lately(found.requested_at),
        approve="" if found.requested_by == me else f"{path}/{found.number}/approve",
        refuse=f"{path}/{found.number}/refuse",
    )


def hold_row(hold: Hold, reader: Reader, path: str) -> HoldRow:
    """Show one hold."""
    lifted = f"Lifted {reader.day(hold.lifted_at)} by {hold.lifted_by}" if hold.lifted_at else ""
    return HoldRow(
        number=str(hold.number),
        what=f"{_KINDS[hold.kind]} {hold.value}",
        reason=hold.reason,
        placed=f"{reader.day(hold.placed_at)} by {hold.placed_by}",
        lifted=lifted,
        lift="" if hold.lifted_at else f"{path}/{hold.number}/lift",
    )


def entry_row(entry: Entry, reader: Reader, path: str) -> EntryRow:
    """Show one entry of the log."""
    at = datetime.fromtimestamp(entry.at / 1000, UTC)
    return EntryRow(
        number=str(entry.number),
        when=f"{reader.day(at)} {reader.time(at)}",
        who=entry.principal.removeprefix("user:"),
        who_href=f"{path}?principal={entry.principal}",
        action=entry.action,
        action_href=f"{path}?action={entry.action}",
        target=entry.target or ("erased" if entry.salt is None else ""),
        details="" if entry.details in (None, "{}") else entry.details,
    )
