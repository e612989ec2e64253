"""Lines that commands print of erasures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

from auscult.domain.errors import counted
from auscult.domain.privacy.retention import Approval, Item, Receipt

if TYPE_CHECKING:
    from auscult.services.privacy.approvals import Done


def print_items(items: Sequence[Item], *, as_json: bool) -> None:
    """Print what would be erased, one conversation a line, and how many."""
    for item in items:
        kept = f"  kept by hold {item.held_by}" if item.held_by is not None else ""
        audited = "  audited" if item.is_audited else ""
        part = "" if item.kind == "conversation" else f"  {item.kind} only"
        plain = f"{item.conversation_id}  {item.started_at:%Y-%m-%d}{part}{audited}{kept}"
        typer.echo(msgspec.json.encode(item).decode() if as_json else plain)
    held = sum(item.held_by is not None for item in items)
    typer.echo(f"{len(items) - held} to erase, {held} held", err=as_json)


def print_receipt(receipt: Receipt, *, as_json: bool) -> None:
    """Print a receipt."""
    if as_json:
        typer.echo(msgspec.json.encode(receipt))
        return
    parts = "".join(f"{n} of kind {part}, " for part, n in receipt.parts.items())
    typer.echo(
        f"receipt {receipt.id}: {counted(receipt.erased, 'conversation')} erased, {receipt.audits} with an audit; "
        f"{receipt.coachings} coaching items lost their texts; {receipt.examples} examples of forms; {receipt.pins} pins; {parts}{receipt.held} held. Left before: {receipt.webhook_deliveries} webhook deliveries, {receipt.exports} exports."
    )
    for url, n in receipt.left.webhooks.items():
        typer.echo(f"  {n} deliveries to {url}")
    for each in receipt.left.exports:
        typer.echo(f"  {each.at:%Y-%m-%d %H:%M} {each.what} exported by {each.principal}")


def print_done(done: "Done", *, as_json: bool) -> None:
    """Print the receipt of a step that was run, or that it waits for a second person."""
    if done.receipt is not None:
        print_receipt(done.receipt, as_json=as_json)
    elif done.approval is not None:
        print_approval(done.approval, as_json=as_json)


def print_approval(approval: Approval, *, as_json: bool) -> None:
    """Print a step that needs a second person, and its state."""
    decided = f", {approval.state} by {approval.decided_by}" if approval.decided_by else ", waits for a second person"
    plain = f"{approval.number}  {approval.kind}  asked for by {approval.requested_by}{decided}"
    typer.echo(msgspec.json.encode(approval).decode() if as_json else plain)
