"""Answers of auditors that accepted disputes have changed."""

from collections import defaultdict
from datetime import datetime

from auscult.domain.disputes.review import Dispute
from auscult.storage.disputes.repository import DisputeQuery
from auscult.storage.store import AppStore

_ANSWERS = frozenset({"YES", "NO", "NA"})


def overturned(app: AppStore) -> dict[str, dict[str, str]]:
    """Return the answers that accepted disputes led to, by conversation and metric; the last decision counts.

    Answers in levels of a graded metric are no labels, and are left out.
    """
    accepted = [each for each in app.disputes.all(DisputeQuery(state="accepted")) if each.conversation_id]
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in sorted(accepted, key=_decided_at):
        if each.conversation_id and each.after in _ANSWERS:
            found[each.conversation_id][each.metric_id] = each.after
    return dict(found)


def _decided_at(found: Dispute) -> datetime:
    return found.decided_at or found.raised_at
