"""Names that a principal may filter conversations by: those of the queues and agents in them, and of the intents."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from auscult.domain.conversation import bare_language
from auscult.services.conversations.latest import Sought, newest
from auscult.services.scoring.listing import LISTING, ListedConversation
from auscult.storage.core.text_validation import short_text
from auscult.storage.pages.facet_names import KINDS, MOST_VALUES
from auscult.storage.pages.faceting import AGENT_NAME, CUSTOM_ID, INTENT, LANGUAGE, QUEUE, Facet, field_facet
from auscult.storage.store import AppStore

MOST = 500
_NEWEST = 1_000
_DECODE = msgspec.json.Decoder(ListedConversation).decode


class NamesInUse(NamedTuple):
    """Names of queues, agents, intents and languages, in order; of each at most ``MOST``, those of most conversations."""

    queues: list[str]
    agents: list[str]
    intents: list[str]
    languages: list[str]


def names_in_use(app: AppStore) -> NamesInUse:
    """Return the names in all conversations of an app, or in the newest 1,000 where a principal may see only some."""
    known = app.names.read(LISTING.name, _written, MOST)
    if known is None:
        named = [each for row in newest(app, Sought(), _NEWEST) for each in _named(row)]
        known = {kind: {name for of, name, _ in named if of == kind} for kind in KINDS}
    aliases = app.aliases.in_force()
    agents = {name for each in known[AGENT_NAME] for name in aliases.shown_for("agent", each)}
    known = {**known, AGENT_NAME: frozenset(agents)}
    return NamesInUse(*(sorted(known[kind], key=str.casefold)[:MOST] for kind in KINDS))


def custom_fields(app: AppStore) -> tuple[str, ...]:
    """Return the names of the custom fields of an app's conversations; none to a principal who may see only some."""
    return app.names.fields(LISTING.name)


def typed(app: AppStore, of: Literal["custom_id", "custom_field"], text: str) -> list[str]:
    """Return values of a filter that begin as typed: ids, or ``field=value``, at least one of each field.

    Nothing where a principal may see only some conversations.
    """
    if of == "custom_id":
        return list(app.names.beginning(LISTING.name, (CUSTOM_ID, text))) if text else []
    name, sign, value = text.partition("=")
    if sign:
        return [f"{name}={each}" for each in app.names.beginning(LISTING.name, field_facet(name, value))]
    names = [each for each in custom_fields(app) if each.casefold().startswith(name.casefold())][:MOST_VALUES]
    share = MOST_VALUES // max(1, len(names))
    return [pair for each in names for pair in typed(app, of, f"{each}=")[:share]]


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
    yield LANGUAGE, bare_language(row.language), (short_text(bare_language(row.language)),)
    for each in (row.insights.intents if row.insights else None) or ():
        yield INTENT, each.name, (short_text(each.name.casefold()),)
