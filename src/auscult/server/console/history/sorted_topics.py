"""The conversations in the builder of a taxonomy: counted, some of the open topic, some without one, and what was said in one."""

from collections.abc import Iterator
from itertools import islice

from litestar import Controller, Response, post
from litestar.params import FromPath
from msgspec import Struct

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.taxonomy import BELOW, Taxonomy
from auscult.domain.errors import unknown
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.server.console.definitions.drafts import text_of
from auscult.server.console.definitions.forms.editor_view import path_of
from auscult.server.console.definitions.forms.listing import require_editor
from auscult.server.console.frame.filters import address
from auscult.server.console.frame.naming import BETWEEN
from auscult.server.console.frame.posted import Posted, one
from auscult.server.console.frame.reader import Reader
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.history.trial_words import nameless
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.taxonomies import LONGEST_EXAMPLE, check_taxonomy
from auscult.services.history.sorted_topics import (
    MOST_LEFT,
    NotRecognised,
    SortedTopics,
    TopicCounts,
    names_at,
)
from auscult.services.scoring.classification import read_versions
from auscult.storage.store import AppStore

_READ = "conversation.read"
FEW, ENOUGH = 5, 100
"""With fewer conversations than the first, a topic is marked as rare, once as many as the second were counted in all."""
_STEPS = 20


class CountRow(Struct, frozen=True, kw_only=True):
    """A topic by its name with those above it, its number with the list of these, and the length of its bar, from 0 to 20."""

    trail: str
    n: str
    href: str
    share: int
    is_few: bool


class TopicCountsView(Struct, frozen=True, kw_only=True):
    """The numbers at the topics, and what they count; without ``said`` nothing is known. ``share``: of those without a topic."""

    said: str = ""
    without: str = ""
    share: str = ""
    few: str = ""
    rows: tuple[CountRow, ...] = ()


class SortedTopicsPage(Controller):
    """The parts of the builder of a taxonomy that show conversations."""

    path = "/taxonomies/{name:str}/edit"

    @post("/counts")
    async def counts(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """Count the conversations at each topic of the document."""
        require_editor(visit)
        return await run(
            lambda: visit.part("history/parts/topic_counts", _counts(visit, name, text_of(data))), slow=True
        )

    @post("/here")
    async def here(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """List some that were sorted to the open topic, the least sure first."""
        require_editor(visit)
        return await run(lambda: _here(visit, name, text_of(data), one(data, "open")), slow=True)

    @post("/nowhere")
    async def nowhere(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """List the newest that were sorted nowhere and whose words are no sentence of the document yet."""
        require_editor(visit)
        return await run(lambda: _nowhere(visit, name, text_of(data)), slow=True)


def words_of(visit: Visit, conversation_id: str, turn_id: str) -> str:
    """Return what was said in a turn, redacted, as a taxonomy outlives it. Raises ``NotFoundError``, ``NoPermissionError``."""
    app = visit.app_for(_READ)
    found = app.conversations.get(conversation_id)
    if found is None or conversation_id in blindness_of(app, visit.visitor.email):
        raise missing("conversation", conversation_id)
    turn = next((each for each in found.conversation.turns if each.id == turn_id), None)
    if turn is None:
        raise unknown("turn", turn_id)
    return _sentence(app, found.conversation, turn)


def _sentence(app: AppStore, conversation: Conversation, turn: Turn) -> str:
    words = nameless(app, conversation, turn)
    return words if len(words) <= LONGEST_EXAMPLE else words[:LONGEST_EXAMPLE].rsplit(maxsplit=1)[0]


def _counts(visit: Visit, name: str, document: bytes) -> TopicCountsView:
    found = _sorted(visit, name, document)
    return counts_view(found.counts(), found.draft, visit.reader, BASE) if found else TopicCountsView()


def _here(visit: Visit, name: str, document: bytes, opened: str) -> Response[str]:
    found = _sorted(visit, name, document)
    names = names_at(found.draft, path_of(opened)) if found and opened else ()
    rows = found.here(names) if found and names else ()
    return visit.part("history/parts/sorted_here", names=names, rows=rows, path=opened, may_edit=_may_edit(visit))


def _nowhere(visit: Visit, name: str, document: bytes) -> Response[str]:
    found = _sorted(visit, name, document)
    rows = _not_added(visit.app_for(_READ), found.draft, found.not_recognised()) if found else iter(())
    left = list(islice(rows, MOST_LEFT))
    return visit.part("history/parts/not_recognised", is_known=found is not None, rows=left, may_edit=_may_edit(visit))


def _sorted(visit: Visit, name: str, document: bytes) -> SortedTopics | None:
    """Return the conversations by the topics of a document; None without one that can be read, or where they may not be read."""
    draft = check_taxonomy(document).taxonomy
    if draft is None or draft.id != name or not visit.may(_READ):
        return None
    versions = [*read_versions(visit.app.definitions, name)]
    app = visit.app_for(_READ)
    return SortedTopics(app, versions, draft, blindness_of(app, visit.visitor.email))


def _may_edit(visit: Visit) -> bool:
    return visit.principal.may_everywhere("form.edit")


def _not_added(app: AppStore, draft: Taxonomy, found: Iterator[NotRecognised]) -> Iterator[NotRecognised]:
    """Yield what the sentences of a draft do not have yet."""
    sentences = {text for path in draft.ends() for text in path[-1].examples}
    for each in found:
        if _sentence(app, each.conversation, each.turn) not in sentences:
            yield each


def counts_view(found: TopicCounts, draft: Taxonomy, reader: Reader, base: str) -> TopicCountsView:
    """Show the numbers at the topics of a draft."""
    if found.since is None or found.until is None:
        return TopicCountsView(said=_("No conversation in its languages was sorted yet."))
    n, read = found.read, reader.number(found.read)
    first, last = reader.day(found.since), reader.day(found.until)
    said = ngettext("{n} conversation, {first} to {last}.", "{n} conversations, {first} to {last}.", n)
    if first == last:
        said = ngettext("{n} conversation, {first}.", "{n} conversations, {first}.", n)
    share = reader.share(found.without / n, 1 if 0 < found.without * _STEPS < n else 0)
    without = _("Not recognised: {n} ({share}).").format(n=reader.number(found.without), share=share)
    days = {
        "since": [reader.local(found.since).date().isoformat()],
        "to": [reader.local(found.until).date().isoformat()],
    }
    ends = draft.end_names()
    largest = max((found.topics[(each.name,)] for each in draft.topics), default=0)
    return TopicCountsView(
        said=said.format(first=first, last=last, n=read),
        without=without,
        share=share,
        few=_("fewer than {n} conversations").format(n=FEW),
        rows=tuple(
            CountRow(
                trail=BETWEEN.join(names),
                n=reader.number(found.topics[names]),
                href=address(f"{base}/conversations", days, topic=[*map(BELOW.join, found.stored[names])])
                if found.topics[names]
                else "",
                share=_share(found.topics[names], largest),
                is_few=names in ends and found.topics[names] < FEW and n >= ENOUGH,
            )
            for names in draft.names()
        ),
    )


def _share(n: int, largest: int) -> int:
    return max(1, round(_STEPS * n / largest)) if n else 0
