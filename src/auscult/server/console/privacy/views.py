"""Texts of retention, erasure and the access log: what a run erases, a step that waits, and an entry."""

from collections.abc import Sequence
from typing import Any

import msgspec

from auscult.domain.privacy.log import Entry
from auscult.domain.privacy.retention import Approval, Item
from auscult.language import gettext as _
from auscult.language import later, ngettext
from auscult.server.console.frame.reader import Reader
from auscult.server.console.privacy.log_words import details_in_words, target_in_words

KINDS = {
    "conversation": later("Conversations and everything derived from them"),
    "transcript": later("Words"),
    "recording": later("Sound"),
    "result": later("Results"),
}
"""Parts of a conversation that a rule of retention keeps, in words."""
_SUBJECTS = {"customer": later("customer"), "phone": later("phone"), "email": later("email")}


def erased_in_words(items: Sequence[Item], reader: Reader) -> str:
    """Return how many conversations a run would erase, and how many of them are audited or kept by a hold."""
    going = [each for each in items if each.held_by is None]
    held = len(items) - len(going)
    facts = [ngettext("{n} conversation", "{n} conversations", len(going)).format(n=reader.number(len(going)))]
    if audits := sum(each.is_audited for each in going):
        facts.append(_("{n} of them audited").format(n=reader.number(audits)))
    if held:
        facts.append(_("{n} kept by a hold").format(n=reader.number(held)))
    return f"{', '.join(facts)}."


def step_in_words(found: Approval) -> str:
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


def entry_target(entry: Entry) -> str:
    """Return what an entry is about; that it was erased where its content is."""
    if entry.target:
        return target_in_words(entry.target)
    return _("erased") if entry.salt is None else ""


def entry_details(entry: Entry, reader: Reader) -> str:
    """Return the details of an entry as names and values."""
    if not entry.details:
        return ""
    return details_in_words(msgspec.json.decode(entry.details, type=dict[str, Any]), reader)
