"""The trial of a form in its editor: on conversations of one's choice, the newest, the last month, examples, a file or a text."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from io import BytesIO
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import AuscultError, RequestError
from auscult.domain.form import Form
from auscult.domain.form_examples import NewExample, Trials, Tried
from auscult.domain.privacy.quotations import redact_quotations
from auscult.domain.said.search import parse
from auscult.domain.search import Opened, opened_by
from auscult.domain.tuning import EDIT_FORMS, READ_AUDITS
from auscult.formats import Given as GivenOfFile
from auscult.formats import Rejected, Source, Table
from auscult.language import gettext as _
from auscult.language import ngettext
from auscult.sandbox.reading import Noted
from auscult.server.console.definitions.drafts import text_of
from auscult.server.console.definitions.forms.editor import EditedForm, editor_view
from auscult.server.console.definitions.forms.editor_view import channel_name
from auscult.server.console.definitions.forms.listing import PATH, require_editor
from auscult.server.console.definitions.forms.publishing import FITTED, UNFITTED, editor_page
from auscult.server.console.form_examples import examples_of, examples_view, other_answers, tried_on_examples
from auscult.server.console.frame.posted import Given, Posted, one, sentence
from auscult.server.console.frame.visit import BASE, TheVisit, Visit, missing
from auscult.server.console.history.trial_view import LARGEST_FILE, TrialView, found_view, one_view
from auscult.server.console.history.trial_words import adding, lists_for
from auscult.server.console.history.trials import MONTH, RECENT, shown_trial, trial_of, untried, with_trial, words_of
from auscult.server.rest.parameters import number_in
from auscult.server.rest.request import AnyRequest
from auscult.server.rest.threads import run
from auscult.services.audits.blind import blindness_of
from auscult.services.conversations.latest import Sought, newest, newest_recorded
from auscult.services.definitions.forms.publish import in_force
from auscult.services.definitions.forms.reading import check_form
from auscult.services.history.trials import TrialOrder, begin_trial, latest_trial, stop_trial, view_trial
from auscult.services.scoring.engine_calls.answer_cache import ReadOnlyAnswers
from auscult.services.scoring.intake.read import read_given
from auscult.services.scoring.intake.times import of_app
from auscult.services.scoring.trial import Trial, compared, pasted, written
from auscult.services.tuning import Fitting

MOST = 10
"""Conversations of a file that can be chosen."""
_NEWEST, _FOUND = 20, 10
_MONTH, _SAMPLE = timedelta(days=30), 2_000
"""The period of a trial on the last month, and the conversations of it that are tried at most."""


class FormTrialPage(Controller):
    """The trial of the document in the editor of one form."""

    path = "/forms/{form_id:str}/try"

    @post(request_max_body_size=LARGEST_FILE + (2 << 20))
    async def act(self, form_id: FromPath[str], request: AnyRequest, visit: TheVisit) -> Response[str]:
        """Search conversations, or try the document on some. With ``part``, return only the tab."""
        require_editor(visit)
        visit.require_everywhere("form.edit")
        sent = (await request.form()).dict().items()
        attempt = _Attempt(visit, form_id, {name: each if len(each) > 1 else each[0] for name, each in sent})
        if not one(attempt.data, "part"):
            return await run(lambda: attempt.page(attempt.view()), slow=True)
        return await run(lambda: visit.part("history/parts/form_trial", attempt.view()), slow=True)

    @post("/fit", sync_to_thread=True)
    def fit(self, form_id: FromPath[str], data: Posted, visit: TheVisit) -> Response[str] | Redirect:
        """Publish the thresholds that were reviewed, or undo the fit in force."""
        visit.require_everywhere(EDIT_FORMS)
        visit.require_everywhere(READ_AUDITS)
        fitting, key, answered = Fitting(visit.app, visit.principal), one(data, "fit"), visit.services.answered()
        try:
            if key == "undo":
                fitting.undo_form(form_id, answered)
            else:
                fitting.publish_form(form_id, key, visit.services.trying(), answered)
        except AuscultError as error:
            attempt = _Attempt(visit, form_id, dict(data))
            return attempt.page(replace(untried(visit, form_id), problem=sentence(error.coded)))
        return Redirect(f"{PATH}/{form_id}?done={UNFITTED if key == 'undo' else FITTED}#part-try", status_code=303)

    @get("/{trial_id:str}", sync_to_thread=True)
    def look(
        self,
        form_id: FromPath[str],
        trial_id: FromPath[str],
        visit: TheVisit,
    ) -> Response[str]:
        """Return the results of a trial so far, which the page asks for while it goes on."""
        require_editor(visit)
        visit.require("conversation.read")
        return visit.part("history/parts/form_tried", shown_trial(visit, view_trial(visit.app, form_id, trial_id)))


class _Attempt:
    """One press of a button of the tab."""

    def __init__(self, visit: Visit, form_id: str, data: dict[str, Any]) -> None:
        self.data: Given = data
        self._file = data.get("file")
        self._visit = visit
        self._form_id = form_id
        self._document = text_of(data)

    def page(self, view: TrialView) -> Response[str]:
        """Return the whole editor with a trial."""
        edited = EditedForm(self._document, revision=one(self.data, "revision"))
        status = 422 if view.problem else 200
        editor = editor_view(self._visit, self._form_id, edited, "", view)
        return editor_page(self._visit, editor, self.data, status)

    def view(self) -> TrialView:
        """Do what a button asks for, and return the tab."""
        data = self.data
        view = untried(self._visit, self._form_id)
        view = replace(view, on=one(data, "on"), sought=one(data, "sought"), transcript=one(data, "transcript"))
        try:
            is_again = self._changed_examples(view)
            view = replace(view, examples=examples_view(self._examples, self._form))
            return self._tried(view, is_again=is_again)
        except AuscultError as error:
            return replace(view, problem=sentence(error.coded))

    @cached_property
    def _form(self) -> Form:
        """The form of the document. Raises ``RequestError`` where it has faults."""
        newest = self._visit.app.forms.get(self._form_id)
        version = 1 if newest is None else newest.version + (newest.document != self._document)
        form = check_form(self._document, version=version).form
        if form is None:
            raise RequestError(_("trying needs a form without faults"), code="form.invalid", field="document")
        return form

    @cached_property
    def _blind(self) -> frozenset[str]:
        """The ids that the visitor judges blind."""
        return frozenset(blindness_of(self._visit.app, self._visit.visitor.email))

    @cached_property
    def _in_file(self) -> list[Conversation]:
        """The first conversations of the file. Raises ``RequestError`` where it has none."""
        return conversations_in(self._file, self._visit)

    @cached_property
    def _in_force(self) -> Form | None:
        return in_force(self._visit.app.forms).get(self._form.id)

    @cached_property
    def _examples(self) -> Trials[Tried]:
        return tried_on_examples(self._visit, self._form)

    def _tried(self, view: TrialView, *, is_again: bool) -> TrialView:
        """Return the tab with what was tried. Raises ``AuscultError``."""
        act, moment = one(self.data, "act"), ""
        turn_id = act.removeprefix("words:") if act.startswith("words:") else one(self.data, "turn")
        on = view.on if is_again or act == "again" or act.startswith("words:") else act
        if on == "find":
            found = self._sought(view.sought)
            if not isinstance(found, Opened):
                return self._listed(replace(view, on=""), found)
            on, moment = f"on:{found.id}", found.part
        verb, _colon, place = on.partition(":")
        if verb in (RECENT, MONTH, "ask", "look", "stop"):
            return self._several_tried(view, verb, place)
        if verb == "fit" and view.is_fitted is not None:
            fitting = Fitting(self._visit.app, self._visit.principal)
            return replace(view, fit=fitting.form(self._form_id, self._visit.services.trying()))
        if verb == "file" and not place and len(self._in_file) > 1:
            return self._listed(replace(view, on=""), self._in_file, is_file=True)
        if verb in ("pasted", "file", "on"):
            return self._shown(self._chosen(verb, place, view), replace(view, on=on), turn_id, moment)
        return view

    def _chosen(self, verb: str, place: str, view: TrialView) -> Conversation:
        """Return the one conversation that is tried. Raises ``NotFoundError``, ``RequestError``."""
        if verb == "pasted":
            return pasted(view.transcript, self._form, self._visit.now)
        if verb == "file":
            at = number_in(place) or 0
            if at >= len(self._in_file):
                raise RequestError(_("choose the file again"), code="field.missing", field="file")
            found = self._in_file[at]
        else:
            self._visit.require("conversation.read")
            stored = self._visit.app.conversations.get(place)
            if stored is None:
                raise missing("conversation", place)
            found = stored.conversation
        if found.id in self._blind:
            raise missing("conversation", found.id)
        if found.channel != self._form.channel:
            message = _("{id} is for the channel {channel}, and this form is for {other}; choose another one").format(
                id=found.id, channel=channel_name(found.channel), other=channel_name(self._form.channel)
            )
            raise RequestError(message, code="field.out_of_range", field="sought", value=found.id)
        return found

    def _shown(self, conversation: Conversation, view: TrialView, turn_id: str, moment: str) -> TrialView:
        """Show one conversation with every verdict, and the words of a turn that are to be added to a question."""
        visit = self._visit
        trial = self._compared(conversation)
        lists = lists_for(self._document, conversation)
        href = f"{BASE}/conversations/{conversation.id}" if view.on.startswith("on:") else ""
        shown = one_view(trial, visit.reader, href, other_answers(trial.after, self._form, self._examples))
        heard = {turn.id for turn in conversation.turns if any(each.hears(turn.speaker) for each in lists)}
        words = adding(visit, trial.after.results, lists, conversation, turn_id) if turn_id in heard else None
        is_there = any(moment == f"t-{turn.id}" for turn in conversation.turns)
        shown = replace(shown, heard=frozenset(heard), adding=words, moment=moment if is_there else "")
        back = one(self.data, "trial") if view.on.startswith("on:") else ""
        return replace(view, one=shown, back=back, has_before=trial.before is not None)

    def _several_tried(self, view: TrialView, verb: str, trial_id: str) -> TrialView:
        """Begin the trial on the newest conversations or the last month, ask a judge about those of one, or stop or show one.

        What was tried already is not tried again, but by its own button; nor is a month as the form changes.
        """
        visit, form_id, app = self._visit, self._form_id, self._visit.app
        visit.require("conversation.read")
        is_pressed = verb in ("ask", one(self.data, "act"))
        if verb in ("stop", "look"):
            state = (stop_trial if verb == "stop" else view_trial)(app, form_id, trial_id)
            return with_trial(visit, view, state, self._document)
        known = None if is_pressed else trial_of(visit, form_id, self._document)
        if verb == MONTH and not is_pressed:
            known = latest_trial(app, visit.visitor.email, form_id)
        if known is None:
            order = self._order(verb, trial_id)
            if order.conversations == ():
                return replace(view, on=RECENT, is_empty=True)
            known = begin_trial(app, visit.visitor.email, self._form, order)
        return with_trial(visit, view, known, self._document)

    def _order(self, verb: str, trial_id: str) -> TrialOrder:
        """Return the order of a trial; ``ask``: that of an earlier one, with a judge. Raises ``RequestError`` where the form has faults."""
        visit, in_force = self._visit, self._in_force
        version = None if in_force is None else visit.app.forms.get(in_force.id, in_force.version)
        order = TrialOrder(
            form_id=self._form_id,
            document=words_of(self._document),
            version=0 if version is None else version.version,
        )
        if verb == "ask":
            asked = view_trial(visit.app, self._form_id, trial_id).order
            return replace(asked, document=order.document, version=order.version, may_ask=True)
        if verb == MONTH:
            return replace(order, since=visit.now - _MONTH, sample=_SAMPLE)
        chosen, is_elsewhere = self._newest_of_form()
        numbers, before = visit.app.backfills.numbers(chosen), "" if version is None else words_of(version.document)
        return replace(order, conversations=numbers, before=before, is_elsewhere=is_elsewhere)

    def _newest_of_form(self) -> tuple[tuple[str, ...], bool]:
        """Return the newest conversations of the form's queues, else those of its channel, and whether it had to be these."""
        queues = tuple(each.queue for each in self._form.assignments)
        is_of_some = bool(queues) and "*" not in queues
        of_channel = Sought(channels=(self._form.channel,))
        found = self._ids(replace(of_channel, queues=queues)) if is_of_some else ()
        return (found, False) if found else (self._ids(of_channel), is_of_some)

    def _ids(self, sought: Sought) -> tuple[str, ...]:
        return tuple(each.id for each in newest(self._visit.app, self._seen(sought), _NEWEST))

    def _changed_examples(self, view: TrialView) -> bool:
        """Keep or remove an example where a button asks for it; return whether one did. Raises ``AuscultError``."""
        verb, _colon, rest = one(self.data, "act").partition(":")
        if verb == "drop":
            examples_of(self._visit).remove(self._form.id, rest)
        elif verb == "keep":
            try:
                metric_id, answer, turn_id = msgspec.json.decode(rest, type=tuple[str, str, str | None])
            except msgspec.DecodeError as error:
                message = _("the answer that the example expects is missing")
                raise RequestError(message, code="field.missing", field="act") from error
            wanted = NewExample(metric_id=metric_id, wanted=answer)
            kind, _colon, place = view.on.partition(":")
            if kind == "on":
                wanted = replace(wanted, conversation_id=place, turn_id=turn_id)
            else:
                text = view.transcript if kind == "pasted" else written(self._chosen(kind, place, view))
                wanted = replace(wanted, transcript=text)
            examples_of(self._visit).keep(self._form, wanted)
        return verb in ("keep", "drop")

    def _compared(self, conversation: Conversation) -> Trial:
        app = self._visit.app
        evaluator = self._visit.services.trying().for_app(
            app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions
        )
        kept = ReadOnlyAnswers(app.answers)
        (trial,) = compared(evaluator, self._form, self._in_force, [conversation], self._visit.now, kept)
        return trial

    def _sought(self, text: str) -> list[Conversation] | Opened:
        """Return what a link or an id names, else the newest conversations that have the words. Raises ``RequestError``."""
        self._visit.require("conversation.read")
        if not text:
            raise RequestError(_("enter words that were said, or a link to a conversation"), code="field.missing")
        named = opened_by(text)
        is_link = "/console/" in text
        if is_link and (named is None or named.kind != "conversation"):
            message = _("this link leads to no conversation; copy the address of a conversation's page")
            raise RequestError(message, code="field.unknown_value", field="sought", value=text)
        if named and (is_link or self._visit.app.conversations.get(named.id) is not None):
            return named
        sought = self._seen(Sought(channels=(self._form.channel,), said=parse(text)))
        return [each.conversation for each in newest_recorded(self._visit.app, sought, _FOUND)]

    def _listed(self, view: TrialView, found: Sequence[Conversation], *, is_file: bool = False) -> TrialView:
        """Show conversations to choose from: those that a search found, or the first of a file."""
        n = len(found)
        said = _("No conversation of this channel has these words.")
        if is_file:
            said = _("The first {n} conversations of the file.").format(n=n)
        elif found:
            said = ngettext(
                "{n} conversation has these words.", "The {n} newest conversations that have these words.", n
            ).format(n=n)
        rows = (found_view(each, self._visit.reader, f"file:{n}" if is_file else "") for n, each in enumerate(found))
        return replace(view, said=said, found=tuple(rows))

    def _seen(self, sought: Sought) -> Sought:
        """Return a selection without the conversations that the visitor judges blind."""
        return replace(sought, without=tuple(sorted(self._blind)))


def conversations_in(file: object, visit: Visit) -> list[Conversation]:
    """Return the first conversations of an uploaded file. Raises ``RequestError`` where it has none, or is too large."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise RequestError(_("choose the file again"), code="field.missing", field="file")
    content = file.file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        message = _("the file is larger than {n} MB; choose one with fewer conversations").format(n=LARGEST_FILE >> 20)
        raise RequestError(message, code="field.out_of_range", field="file")
    app = visit.app
    source = Source(
        app_id=app.tenant.app_id,
        limits=visit.services.settings.limits,
        given=of_app(GivenOfFile(is_zone_of_app=True), app),
        name=file.filename,
    )
    noted = Noted()
    found: list[Conversation] = []
    refused: Rejected | None = None
    for each in read_given(BytesIO(content), source, noted):
        if isinstance(each, Rejected):
            refused = refused or each
        else:
            found.append(each)
        if len(found) == MOST:
            break
    if not found:
        raise _nothing_in(visit, noted.table, refused)
    return [*app.privacy.admitted(found).conversations]


def _nothing_in(visit: Visit, table: Table | None, refused: Rejected | None) -> RequestError:
    """Return why a file has no conversation."""
    message = _("there is no conversation in the file")
    if table is not None and table.missing:
        missing = ", ".join(table.missing)
        message = _("the table has no column for: {columns}; name its columns so").format(columns=missing)
    elif refused is not None:
        reason = sentence(redact_quotations(refused.error.coded, visit.app.privacy.refused))
        message = _("there is no conversation in the file. Line {n}: {reason}")
        message = message.format(n=refused.error.line or 1, reason=reason)
    return RequestError(message, code="field.unknown_value", field="file")
