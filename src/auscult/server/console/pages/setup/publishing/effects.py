"""The effect of the scorecard or the taxonomy in a builder on the newest conversations."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.errors import EngineError
from auscult.server.console.forms import metric_names
from auscult.server.console.language import gettext as _
from auscult.server.console.pages.setup.forms import require_editor
from auscult.server.console.pages.setup.publishing.drafts import text_of
from auscult.server.console.posted import Posted, sentence
from auscult.server.console.views.setup.trying.effects import (
    CardEffectView,
    TopicEffectView,
    card_effect_view,
    topic_effect_view,
)
from auscult.server.console.visit import BASE, Visit
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.scorecards import check_scorecard, may_see
from auscult.services.history import card_effect, topic_effect
from auscult.services.scoring import classification


class CardEffectPage(Controller):
    """The effect of a scorecard, next to publishing it."""

    path = "/scorecards/{name:str}/edit/effect"

    @post()
    async def act(
        self, name: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str]:
        """Weigh the newest conversations by the version in force and by the document."""
        require_editor(visit)
        return await run(lambda: visit.part("parts/card_effect", _card(visit, name, text_of(data))), slow=True)


class TopicEffectPage(Controller):
    """The effect of a taxonomy, next to publishing it."""

    path = "/taxonomies/{name:str}/edit/effect"

    @post()
    async def act(
        self, name: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]
    ) -> Response[str]:
        """Sort the newest conversations with the version in force and with the document."""
        require_editor(visit)
        return await run(lambda: visit.part("parts/topic_effect", _topics(visit, name, text_of(data))), slow=True)


def _card(visit: Visit, name: str, document: bytes) -> CardEffectView:
    card = check_scorecard(document).card
    if card is None or not visit.may("insight.read"):
        return CardEffectView()
    before = _card_in_force(visit, name)
    app = visit.app_for("insight.read")
    found = card_effect.card_effect(
        card_effect.newest_cases(app, blindness_of(app, visit.visitor.email)),
        before,
        card,
        lambda agent: may_see(visit.principal, agent),
    )
    return card_effect_view(found, before, card, metric_names(visit.app), visit.reader, BASE)


def _card_in_force(visit: Visit, name: str) -> Scorecard | None:
    stored = visit.app.definitions.get("scorecard", name)
    if stored is None or stored.removed_at is not None:
        return None
    return check_scorecard(stored.document, version=stored.version).card


def _topics(visit: Visit, name: str, document: bytes) -> TopicEffectView:
    draft = classification.check_against(visit.app.definitions, document).taxonomy
    make = visit.services.trying
    if draft is None or draft.id != name or make is None or not visit.may("conversation.read"):
        return TopicEffectView()
    app, present = visit.app_for("conversation.read"), classification.in_force(visit.app.definitions)
    cases = topic_effect.newest_cases(app, blindness_of(app, visit.visitor.email))
    engines = make().for_app(app.tenant.app_id, agent_emotions=False).engines
    try:
        found = topic_effect.topic_effect(cases, present.values(), draft, engines)
    except EngineError as error:
        said = _("Conversations cannot be sorted here. {reason}")
        return TopicEffectView(title=said.format(reason=sentence(error.message)))
    return topic_effect_view(found, present[name].version if name in present else 0, visit.reader, BASE)
