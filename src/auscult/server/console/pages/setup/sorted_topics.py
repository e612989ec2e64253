"""The conversations in the builder of a taxonomy: their number at each topic, some of the open one, and what was said in one."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import unknown
from auscult.server.console.pages.setup.forms import require_editor
from auscult.server.console.pages.setup.publishing.drafts import text_of
from auscult.server.console.pages.setup.trying.words import nameless
from auscult.server.console.posted import Posted, one
from auscult.server.console.views.setup.forms import path_of
from auscult.server.console.views.setup.trying.sorted_topics import (
    SortedHereView,
    Spoken,
    TopicCountsView,
    counts_view,
    here_view,
)
from auscult.server.console.visit import BASE, Visit, missing
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.taxonomies import LONGEST_EXAMPLE, check_taxonomy
from auscult.services.history.sorted_topics import names_at, sorted_here, topic_counts
from auscult.services.scoring.classification import in_force

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


def words_of(visit: Visit, spoken: Spoken) -> str:
    """Return what was said in a turn, redacted, as a taxonomy outlives it. Raises ``NotFoundError``, ``NoPermissionError``."""
    app = visit.app_for(_READ)
    found = app.conversations.get(spoken.conversation_id)
    if found is None or spoken.conversation_id in blindness_of(app, visit.visitor.email):
        raise missing("conversation", spoken.conversation_id)
    turn = next((each for each in found.conversation.turns if each.id == spoken.turn_id), None)
    if turn is None:
        raise unknown("turn", spoken.turn_id)
    words = nameless(app, found.conversation, turn)
    return words if len(words) <= LONGEST_EXAMPLE else words[:LONGEST_EXAMPLE].rsplit(maxsplit=1)[0]


def _counts(visit: Visit, name: str, document: bytes) -> TopicCountsView:
    draft = _draft(name, document)
    if draft is None or not visit.may(_READ):
        return TopicCountsView()
    app = visit.app_for(_READ)
    blind = blindness_of(app, visit.visitor.email)
    return counts_view(topic_counts(app, _former(visit, name), draft, blind), draft, visit.reader)


def _here(visit: Visit, name: str, document: bytes, opened: str) -> SortedHereView:
    draft = _draft(name, document)
    names = names_at(draft, path_of(opened)) if draft and opened else ()
    if draft is None or not names or not visit.may(_READ):
        return SortedHereView()
    app = visit.app_for(_READ)
    found = sorted_here(app, _former(visit, name), draft, names, blindness_of(app, visit.visitor.email))
    return here_view(found, names, opened, visit.reader, BASE, may_edit=visit.principal.may_everywhere("form.edit"))


def _draft(name: str, document: bytes) -> Taxonomy | None:
    draft = check_taxonomy(document).taxonomy
    return draft if draft and draft.id == name else None


def _former(visit: Visit, name: str) -> Taxonomy | None:
    return in_force(visit.app.definitions).get(name)
