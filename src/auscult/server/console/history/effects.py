"""The effect of the scorecard or the taxonomy in a builder on the newest conversations."""

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec
from litestar import Controller, Response, post
from litestar.params import FromPath

from auscult.domain.definitions.scorecard import Scorecard
from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import EngineError, RequestError
from auscult.domain.form_examples import NewTopicExample, Trials, TriedTopic
from auscult.language import gettext as _
from auscult.server.console.definitions.drafts import text_of
from auscult.server.console.definitions.forms.listing import require_editor
from auscult.server.console.definitions.in_force import metric_names
from auscult.server.console.form_examples import counted, erased, topic_examples_of
from auscult.server.console.frame.posted import Given, Posted, one, sentence, several, tried
from auscult.server.console.frame.visit import TheVisit, Visit
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.definitions.scorecards import check_scorecard, may_see
from auscult.services.history import card_effect, topic_effect
from auscult.services.history.topic_effect import Moved, TopicEffect, TopicNames
from auscult.services.scoring import classification

MOST_MOVES, _MOST_MOVED = 12, 12


def to_look_at(found: TopicEffect, trials: Trials[TriedTopic], right: Collection[str]) -> list[Moved]:
    """Return those that move and that no example is about, without ``right``, which were put away."""
    kept = {(each.example.conversation_id, each.example.turn_id) for each in trials.tried}
    return [
        each
        for each in found.moved
        if each.conversation_id not in right and (each.conversation_id, each.turn_id) not in kept
    ]


def varied(moved: Sequence[Moved]) -> list[Moved]:
    """Return some that move, those of each move in turn: the commonest does not hide the others."""
    queues: dict[tuple[tuple[TopicNames, ...], tuple[TopicNames, ...]], list[Moved]] = {}
    for each in moved:
        queues.setdefault((each.before, each.after), []).append(each)
    found: list[Moved] = []
    for at in range(_MOST_MOVED):
        found += [each[at] for each in queues.values() if at < len(each)]
    return found[:_MOST_MOVED]


class CardEffectPage(Controller):
    """The effect of a scorecard, next to publishing it."""

    path = "/scorecards/{name:str}/edit/effect"

    @post()
    async def act(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """Weigh the newest conversations by the version in force and by the document."""
        require_editor(visit)
        return await run(lambda: _card(visit, name, text_of(data)), slow=True)


class TopicEffectPage(Controller):
    """The effect of a taxonomy, next to publishing it."""

    path = "/taxonomies/{name:str}/edit/effect"

    @post()
    async def act(self, name: FromPath[str], data: Posted, visit: TheVisit) -> Response[str]:
        """Sort the newest conversations, and the examples, with the version in force and with the document."""
        require_editor(visit)
        return await run(lambda: _topics(visit, name, data), slow=True)


def _card(visit: Visit, name: str, document: bytes) -> Response[str]:
    card = check_scorecard(document).card
    if card is None or not visit.may("insight.read"):
        return visit.part("history/parts/card_effect", found=None)
    before = _card_in_force(visit, name)
    app = visit.app_for("insight.read")
    cases = card_effect.newest_cases(app, blindness_of(app, visit.visitor.email))
    found = card_effect.card_effect(cases, before, card, lambda agent: may_see(visit.principal, agent))
    often = Counter(each.name.casefold() for each in found.agents)
    return visit.part(
        "history/parts/card_effect",
        found=found,
        before=before,
        card=card,
        names=metric_names(visit.app),
        namesakes=[each for each, n in often.items() if n > 1],
    )


def _card_in_force(visit: Visit, name: str) -> Scorecard | None:
    stored = visit.app.definitions.get("scorecard", name)
    if stored is None or stored.removed_at is not None:
        return None
    return check_scorecard(stored.document, version=stored.version).card


def _topics(visit: Visit, name: str, data: Given) -> Response[str]:
    draft = classification.check_against(visit.app.definitions, text_of(data)).taxonomy
    if draft is None or draft.id != name or not visit.may("conversation.read"):
        return visit.part("history/parts/topic_effect", found=None, refused="")
    app, present = visit.app_for("conversation.read"), classification.in_force(visit.app.definitions)
    versions = [draft, *([present[name]] if name in present else [])]
    problem = tried(lambda: _with_examples(visit, versions, one(data, "act")))
    cases = topic_effect.newest_cases(app, blindness_of(app, visit.visitor.email))
    engines = visit.services.trying().for_app(app.tenant.app_id, agent_emotions=False).engines
    try:
        found = topic_effect.topic_effect(cases, present.values(), draft, engines)
        trials = topic_examples_of(visit).tried(engines, present.values(), draft)
    except EngineError as error:
        said = _("Conversations cannot be sorted here. {reason}").format(reason=sentence(error.coded))
        return visit.part("history/parts/topic_effect", found=None, refused=said)
    right = several(data, "right")
    open_ = to_look_at(found, trials, right)
    return visit.part(
        "history/parts/topic_effect",
        found=found,
        refused="",
        version=present[name].version if name in present else 0,
        moves=found.moves.most_common(),
        most=MOST_MOVES,
        trials=trials,
        counted=counted(trials),
        erased=erased(trials.erased),
        right=right,
        shown=varied(open_),
        more=len(open_) - len(varied(open_)),
        problem=problem,
        may_edit=visit.principal.may_everywhere("form.edit"),
    )


def _with_examples(visit: Visit, versions: Sequence[Taxonomy], act: str) -> None:
    """Keep the topic of a turn, or remove an example, where a button asks for it. Raises ``AuscultError``."""
    verb, _colon, rest = act.partition(":")
    if verb not in ("stays", "drop"):
        return
    visit.require_everywhere("form.edit")
    if verb == "drop":
        topic_examples_of(visit).remove(versions[0].id, rest)
        return
    try:
        conversation_id, turn_id, wanted = msgspec.json.decode(rest, type=tuple[str, str, str])
    except msgspec.DecodeError as error:
        message = _("the topic that the example expects is missing")
        raise RequestError(message, code="field.missing", field="act") from error
    stays = NewTopicExample(conversation_id=conversation_id, turn_id=turn_id, wanted=wanted)
    topic_examples_of(visit).keep(versions, stays)
