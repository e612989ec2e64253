"""The use cases of a form's examples for one viewer: keep one, remove one, and try a form on all of them."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.errors import NotFoundError, unknown
from auscult.domain.form import Form
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.log import Draft
from auscult.form_examples.model import Example, NewExample, Trials, Tried, answer_in, check_wanted, kept
from auscult.services.audits.blind import blindness_of
from auscult.services.privacy.log import draft
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.trial import pasted, tried_alone, written
from auscult.storage.store import AppStore

READ = "conversation.read"


class FormExamples:
    """The examples of one app's forms, as one viewer keeps and tries them. Cheap to make; threads may share one.

    Examples in conversations that the viewer may not see, or judges blind, do not exist for them.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def of(self, form_id: str) -> list[Example]:
        """Return the examples of a form, the oldest first, those that were erased included."""
        blind = blindness_of(self._app, self._viewer.name)
        found = self._app.form_examples.of_form(form_id)
        if not self._viewer.may(READ):
            return [each for each in found if each.conversation_id is None]
        return [each for each in found if each.conversation_id not in blind]

    def keep(self, form: Form, wanted: NewExample) -> Example:
        """Keep an example of a form; a transcript is redacted as an upload is.

        Raises ``RequestError`` ``example.ambiguous``, ``metric.unknown``, ``field.out_of_range``,
        ``transcript.unreadable``; ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``; ``AccessError``;
        ``ConflictError`` ``example.too_many``.
        """
        check_wanted(form, wanted.metric_id, wanted.wanted)
        example = kept(form.id, wanted, self._viewer.name, self._now())
        if example.transcript is not None:
            conversation = pasted(example.transcript, form, self._now())
            (redacted,) = self._app.privacy.admitted([conversation]).conversations
            example = replace(example, transcript=written(redacted))
        else:
            self._check_pointer(example)
        return self._app.form_examples.add(example, self._entry("form.example_kept", example))

    def remove(self, form_id: str, example_id: str) -> None:
        """Remove an example of a form. Raises ``NotFoundError`` ``example.unknown``."""
        example = next((each for each in self.of(form_id) if each.example_id == example_id), None)
        if example is None:
            raise unknown("example", example_id)
        self._app.form_examples.remove(example, self._entry("form.example_removed", example))

    def tried(self, evaluator: Evaluator, form: Form) -> Trials:
        """Try a form on its examples. Nothing is stored, and no judge is asked."""
        app = self._app
        mine = evaluator.for_app(app.tenant.app_id, agent_emotions=app.privacy.settings().agent_emotions)
        examples = self.of(form.id)
        subjects = {each.example_id: found for each in examples if (found := self._subject(each, form)) is not None}
        conversations = list({each.id: each for each in subjects.values()}.values())
        found = tried_alone(mine, form, conversations, self._now())
        evaluations = dict(zip((each.id for each in conversations), found, strict=True))
        return Trials(
            tried=[
                Tried(each, its, answer_in(evaluations[its.id], each.metric_id))
                for each in examples
                if (its := subjects.get(each.example_id)) is not None
            ],
            erased=sum(each.is_erased for each in examples),
        )

    def _subject(self, example: Example, form: Form) -> Conversation | None:
        """Return the conversation of an example; None where it was erased."""
        if example.transcript is not None:
            return replace(pasted(example.transcript, form, self._now()), id=example.example_id)
        if example.conversation_id is None:
            return None
        found = self._app.conversations.get(example.conversation_id)
        return None if found is None else found.conversation

    def _check_pointer(self, example: Example) -> None:
        """Raise ``NotFoundError`` where the conversation or the turn of an example is not there for the viewer."""
        self._viewer.require(READ)
        conversation_id = example.conversation_id or ""
        found = self._app.conversations.get(conversation_id)
        if found is None or conversation_id in blindness_of(self._app, self._viewer.name):
            raise unknown("conversation", conversation_id)
        if example.turn_id is not None and example.turn_id not in {each.id for each in found.conversation.turns}:
            message = f"conversation {conversation_id} has no turn {example.turn_id}"
            raise NotFoundError(message, code="turn.unknown", field="turn_id", value=example.turn_id)

    def _entry(self, action: str, example: Example) -> Draft:
        about = f"form:{example.form_id}"
        if example.conversation_id is not None:
            about = f"conversation:{example.conversation_id}"
        details = {"form": example.form_id, "metric": example.metric_id, "example": example.example_id}
        return draft(self._app, self._viewer.label, action, about, **details)
