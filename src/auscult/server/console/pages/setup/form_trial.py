"""The trial of a form in its editor: on a conversation that one chooses, the newest ones, or a pasted transcript."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.form import Form
from auscult.domain.said.search import parse
from auscult.form_examples.model import NewExample, Trials
from auscult.form_examples.pages import examples_of, tried_on_examples
from auscult.server.console.language import gettext as _
from auscult.server.console.pages.setup.form_editor import Edited, editor_view, text_of
from auscult.server.console.pages.setup.forms import PATH, require_editor
from auscult.server.console.pages.setup.publishing.page import editor_page
from auscult.server.console.posted import Given, Posted, one, sentence
from auscult.server.console.views.setup.forms import channel_name
from auscult.server.console.views.setup.trying.examples import Expected, examples_view, other_answers
from auscult.server.console.views.setup.trying.trial import TrialView, found_view, one_view, summed_up, tried_rows
from auscult.server.console.visit import BASE, Visit, missing
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought, details, newest
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import check_form
from auscult.services.scoring.trial import Trial, compared, pasted

_RECENT, _FOUND = 20, 10
_ADDRESS = re.compile(r"https?://[^/\s]+/(?:[^\s?#]*/)?(?:conversations|audits|desk)/(?P<id>[^/\s?#]+)(?:[?#]\S*)?")
"""A link to a conversation in the console, with its moment or without."""


class FormTrialPage(Controller):
    """The trial of the document in the editor of one form."""

    path = "/forms/{form_id:str}/try"

    @post(sync_to_thread=True)
    def act(self, form_id: FromPath[str], data: Posted, visit: NamedDependency[SkipValidation[Visit]]) -> Response[str]:
        """Search conversations, or try the document on some. With ``part``, return only the tab."""
        require_editor(visit)
        visit.require_everywhere("form.edit")
        view = TrialView(
            action=f"{PATH}/{form_id}/try",
            on=one(data, "on"),
            sought=one(data, "sought"),
            transcript=one(data, "transcript"),
        )
        document = text_of(data)
        try:
            form = _form(document)
            is_again = _changed_examples(visit, form, one(data, "act"), view)
            examples = tried_on_examples(visit, form)
            view = _tried(visit, _subject(visit, form, examples), data, view, is_again=is_again)
            view = replace(view, examples=examples_view(examples, form))
        except AuscultError as error:
            view = replace(view, problem=sentence(error.message))
        if one(data, "part"):
            return visit.part("parts/form_trial", view)
        edited = Edited(document, revision=one(data, "revision"))
        status = 422 if view.problem else 200
        return editor_page(visit, editor_view(visit, form_id, edited, "", view), data, status)


class _Subject(NamedTuple):
    """The form that is tried, also on its examples, the version in force, and the ids that the visitor judges blind."""

    form: Form
    examples: Trials
    in_force: Form | None
    blind: frozenset[str]


def _form(document: bytes) -> Form:
    """Return the form of a document. Raises ``RequestError`` where it has faults."""
    form = check_form(document).form
    if form is None:
        raise RequestError(_("trying needs a form without faults"), code="form.invalid", field="document")
    return form


def _subject(visit: Visit, form: Form, examples: Trials) -> _Subject:
    blind = frozenset(blindness_of(visit.app, visit.visitor.email))
    return _Subject(form, examples, in_force(visit.app.forms).get(form.id), blind)


def _tried(visit: Visit, subject: _Subject, data: Given, view: TrialView, *, is_again: bool) -> TrialView:
    """Do what a button of the tab asks for. Raises ``AuscultError``."""
    form, act = subject.form, one(data, "act")
    on = view.on if is_again or act == "again" else act
    if on == "find":
        found = _sought(visit, subject, view.sought)
        if not isinstance(found, str):
            return replace(view, on="", found=tuple(found_view(each, visit.reader) for each in found))
        on = f"on:{found}"
    if on == "recent":
        visit.require("conversation.read")
        chosen = _newest(visit, subject, Sought(channels=(form.channel,), statuses=("evaluated",)), _RECENT)
        trials = _compared(visit, subject, chosen)
        rows, sentence_of_all = tried_rows(trials, visit.reader), summed_up(trials, visit.reader)
        return replace(view, on=on, rows=rows, sentence=sentence_of_all, has_before=subject.in_force is not None)
    if on == "pasted":
        return _shown(visit, subject, pasted(view.transcript, form, visit.now), replace(view, on=on), "")
    if on.startswith("on:"):
        conversation = _conversation(visit, subject, on.removeprefix("on:"))
        href = f"{BASE}/conversations/{conversation.id}"
        return _shown(visit, subject, conversation, replace(view, on=on), href)
    return view


def _shown(visit: Visit, subject: _Subject, conversation: Conversation, view: TrialView, href: str) -> TrialView:
    """Show one conversation with every verdict."""
    (trial,) = _compared(visit, subject, [conversation])
    others = other_answers(trial.after, subject.form, subject.examples)
    shown = one_view(trial, visit.reader, href, others)
    return replace(view, one=shown, has_before=trial.before is not None)


def _changed_examples(visit: Visit, form: Form, act: str, view: TrialView) -> bool:
    """Keep or remove an example where a button asks for it; return whether one did. Raises ``AuscultError``."""
    verb, _colon, rest = act.partition(":")
    if verb == "drop":
        examples_of(visit).remove(form.id, rest)
    elif verb == "keep":
        try:
            expected = msgspec.json.decode(rest, type=Expected)
        except msgspec.DecodeError as error:
            message = _("the answer that the example expects is missing")
            raise RequestError(message, code="field.missing", field="act") from error
        wanted = NewExample(metric_id=expected.metric_id, wanted=expected.wanted)
        if view.on == "pasted":
            wanted = replace(wanted, transcript=view.transcript)
        else:
            wanted = replace(wanted, conversation_id=view.on.removeprefix("on:"), turn_id=expected.turn_id)
        examples_of(visit).keep(form, wanted)
    return verb in ("keep", "drop")


def _compared(visit: Visit, subject: _Subject, chosen: Sequence[Conversation]) -> list[Trial]:
    make = visit.services.trying
    assert make is not None  # noqa: S101  (every server has it)
    evaluator = make().for_app(visit.app.tenant.app_id, agent_emotions=visit.app.privacy.settings().agent_emotions)
    return compared(evaluator, subject.form, subject.in_force, chosen, visit.now)


def _sought(visit: Visit, subject: _Subject, text: str) -> list[Conversation] | str:
    """Return the id of the conversation that a text names by link or id, else the newest that have its words."""
    visit.require("conversation.read")
    if not text:
        raise RequestError(_("enter words that were said, or a link to a conversation"), code="field.missing")
    link = _ADDRESS.fullmatch(text)
    named = link["id"] if link else text
    if link or (" " not in text and visit.app.conversations.get(named) is not None):
        return named
    return _newest(visit, subject, Sought(channels=(subject.form.channel,), said=parse(text)), _FOUND)


def _newest(visit: Visit, subject: _Subject, sought: Sought, limit: int) -> list[Conversation]:
    """Return the newest conversations of a selection, without those that the visitor judges blind."""
    items = newest(visit.app, replace(sought, without=tuple(sorted(subject.blind))), limit)
    known = details(visit.app, items)
    return [known[each.id].conversation for each in items if each.id in known]


def _conversation(visit: Visit, subject: _Subject, conversation_id: str) -> Conversation:
    """Return a conversation that a form can be tried on. Raises ``NotFoundError``, ``RequestError``."""
    visit.require("conversation.read")
    found = visit.app.conversations.get(conversation_id)
    if found is None or conversation_id in subject.blind:
        raise missing("conversation", conversation_id)
    channel = found.conversation.channel
    if channel != subject.form.channel:
        message = _("{id} is for the channel {channel}, and this form is for {other}; choose another one").format(
            id=conversation_id, channel=channel_name(channel), other=channel_name(subject.form.channel)
        )
        raise RequestError(message, code="field.out_of_range", field="sought", value=conversation_id)
    return found.conversation
