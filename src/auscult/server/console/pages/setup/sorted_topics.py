"""The conversations in the builder of a taxonomy: counted, some of the open topic, some without one, and what was said in one."""

from collections.abc import Iterator
from itertools import islice

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from auscult.domain.conversation import Conversation, Turn
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import unknown
from auscult.server.console.pages.setup.forms import require_editor
from auscult.server.console.pages.setup.publishing.drafts import text_of
from auscult.server.console.pages.setup.trying.words import nameless
from auscult.server.console.posted import Posted, one
from auscult.server.console.views.setup.forms import path_of
from auscult.server.console.views.setup.trying.sorted_topics import (
    NotRecognisedView,
    SortedHereView,
    Spoken,
    TopicCountsView,
    counts_view,
    here_view,
    not_recognised_view,
)
from auscult.server.console.visit import BASE, Visit, missing
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.taxonomies import LONGEST_EXAMPLE, check_taxonomy
from auscult.services.history.sorted_topics import (
    MOST_LEFT,
    NotRecognised,
    names_at,
    not_recognised,
    sorted_here,
    topic_counts,
)
from auscult.services.scoring.classification import read_versions
from auscult.storage.store import AppStore

_READ = "conversation.read"


class TopicCountsPage(Controller):
    """The numbers of conversations in the tree of a taxonomy."""

    path = "/taxonomies/{name:str}/edit/counts"

    @post()
    async def act(
        self, name: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str]:
        """Count the conversations at each topic of the document."""
        require_editor(visit)
        return await run(lambda: visit.part("parts/topic_counts", _counts(visit, name, text_of(data))), slow=True)


class SortedHerePage(Controller):
    """Some conversations of the open topic of a taxonomy."""

    path = "/taxonomies/{name:str}/edit/here"

    @post()
    async def act(
        self, name: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str]:
        """List those that were sorted to it, the least sure first."""
        require_editor(visit)
        opened = one(data, "open")
        return await run(lambda: visit.part("parts/sorted_here", _here(visit, name, text_of(data), opened)), slow=True)


class NotRecognisedPage(Controller):
    """Some conversations that a taxonomy sorted nowhere."""

    path = "/taxonomies/{name:str}/edit/nowhere"

    @post()
    async def act(
        self, name: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str]:
        """List the newest whose words are no sentence of the document yet."""
        require_editor(visit)
        return await run(lambda: visit.part("parts/not_recognised", _nowhere(visit, name, text_of(data))), slow=True)


def words_of(visit: Visit, spoken: Spoken) -> str:
    """Return what was said in a turn, redacted, as a taxonomy outlives it. Raises ``NotFoundError``, ``NoPermissionError``."""
    app = visit.app_for(_READ)
    found = app.conversations.get(spoken.conversation_id)
    if found is None or spoken.conversation_id in blindness_of(app, visit.visitor.email):
        raise missing("conversation", spoken.conversation_id)
    turn = next((each for each in found.conversation.turns if each.id == spoken.turn_id), None)
    if turn is None:
        raise unknown("turn", spoken.turn_id)
    return _sentence(app, found.conversation, turn)


def _sentence(app: AppStore, conversation: Conversation, turn: Turn) -> str:
    words = nameless(app, conversation, turn)
    return words if len(words) <= LONGEST_EXAMPLE else words[:LONGEST_EXAMPLE].rsplit(maxsplit=1)[0]


def _counts(visit: Visit, name: str, document: bytes) -> TopicCountsView:
    draft = _draft(name, document)
    if draft is None or not visit.may(_READ):
        return TopicCountsView()
    app = visit.app_for(_READ)
    blind = blindness_of(app, visit.visitor.email)
    return counts_view(topic_counts(app, _versions(visit, name), draft, blind), draft, visit.reader, BASE)


def _here(visit: Visit, name: str, document: bytes, opened: str) -> SortedHereView:
    draft = _draft(name, document)
    names = names_at(draft, path_of(opened)) if draft and opened else ()
    if draft is None or not names or not visit.may(_READ):
        return SortedHereView()
    app = visit.app_for(_READ)
    found = sorted_here(app, _versions(visit, name), draft, names, blindness_of(app, visit.visitor.email))
    return here_view(found, names, opened, visit.reader, BASE, may_edit=visit.principal.may_everywhere("form.edit"))


def _nowhere(visit: Visit, name: str, document: bytes) -> NotRecognisedView:
    draft = _draft(name, document)
    if draft is None or not visit.may(_READ):
        return NotRecognisedView()
    app = visit.app_for(_READ)
    found = not_recognised(app, _versions(visit, name), draft, blindness_of(app, visit.visitor.email))
    left = islice(_not_added(app, draft, found), MOST_LEFT)
    return not_recognised_view(left, BASE, may_edit=visit.principal.may_everywhere("form.edit"))


def _not_added(app: AppStore, draft: Taxonomy, found: Iterator[NotRecognised]) -> Iterator[NotRecognised]:
    """Yield what the sentences of a draft do not have yet."""
    sentences = {text for path in draft.ends() for text in path[-1].examples}
    for each in found:
        if _sentence(app, each.conversation, each.turn) not in sentences:
            yield each


def _draft(name: str, document: bytes) -> Taxonomy | None:
    draft = check_taxonomy(document).taxonomy
    return draft if draft and draft.id == name else None


def _versions(visit: Visit, name: str) -> list[Taxonomy]:
    return [*read_versions(visit.app.definitions, name)]
