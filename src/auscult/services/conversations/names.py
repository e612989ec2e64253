"""Names that a principal may filter conversations by: those of the queues and agents in them, and of the intents."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from auscult.services.conversations.latest import Sought, newest
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.storage.core.text_validation import short_text
from auscult.storage.pages.faceting import AGENT_NAME, INTENT, QUEUE, Facet
from auscult.storage.store import AppStore

MOST = 500
_NEWEST = 1_000
_DECODE = msgspec.json.Decoder(ListedConversation).decode


class NamesInUse(NamedTuple):
    """Names of queues, agents and intents, in order; of each at most ``MOST``, those of most conversations."""

    queues: list[str]
    agents: list[str]
    intents: list[str]


def names_in_use(app: AppStore) -> NamesInUse:
    """Return the names in all conversations of an app, or in the newest 1,000 where a principal may see only some."""
    known = app.names.read(LISTING.name, _written, MOST)
    if known is None:
        named = [each for row in newest(app, Sought(), _NEWEST) for each in _named(row)]
        known = {kind: {name for of, name, _ in named if of == kind} for kind in (QUEUE, AGENT_NAME, INTENT)}
    aliases = app.aliases.in_force()
    agents = {name for each in known[AGENT_NAME] for name in aliases.shown_for("agent", each)}
    known = {**known, AGENT_NAME: frozenset(agents)}
    return NamesInUse(*(sorted(known[kind], key=str.casefold)[:MOST] for kind in (QUEUE, AGENT_NAME, INTENT)))


def _written(facet: Facet, row: bytes) -> str:
    """Return the name that a row shows where it has a facet."""
    kind, value = facet
    found = (name for of, name, values in _named(_DECODE(row)) if of == kind and value in values)
    return next(found, value)


def _named(row: ListedConversation) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the names in a row: the kind, the name as it is written, and the values of its facets."""
    for kind, parties in ((QUEUE, row.queues), (AGENT_NAME, row.agents)):
        for each in parties:
            yield (
                kind,
                each.name or each.id,
                tuple(short_text(name.casefold()) for name in (each.id, each.name) if name),
            )
    for each in (row.insights.intents if row.insights else None) or ():
        yield INTENT, each.name, (short_text(each.name.casefold()),)
