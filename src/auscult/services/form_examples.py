"""The use cases of examples for one viewer: keep one, remove one, and try a form or a taxonomy on all of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from auscult.domain.conversation import Conversation
from auscult.domain.definitions.taxonomy import BELOW, Taxonomy
from auscult.domain.engines import Engines
from auscult.domain.errors import NotFoundError, coded, unknown
from auscult.domain.form import Form
from auscult.domain.form_examples import (
    Example,
    NewExample,
    NewTopicExample,
    TopicExample,
    Trials,
    Tried,
    TriedTopic,
    answer_in,
    check_topic,
    check_wanted,
    is_sorted_to,
    kept,
    new_id,
)
from auscult.domain.operations.records import made_from
from auscult.domain.people.principal import Principal
from auscult.domain.privacy.log import Draft
from auscult.domain.questions.taught import Tick
from auscult.services.audits.blind import blindness_of
from auscult.services.history.topic_effect import present_names, sorted_with
from auscult.services.privacy.log import draft as entry_of
from auscult.services.scoring.classification import read_versions
from auscult.services.scoring.evaluate import Evaluator
from auscult.services.scoring.trial import pasted, tried_alone, written
from auscult.storage.store import AppStore

READ = "conversation.read"


_Made = TypeVar("_Made", Example, TopicExample)
_Seen = TypeVar("_Seen", Example, TopicExample, Tick)


class Kept:
    """Examples, and ticks, as one viewer keeps and tries them. Cheap to make; threads may share one.

    Examples in conversations that the viewer may not see, or judges blind, do not exist for them.
    """

    def __init__(self, app: AppStore, now: Callable[[], datetime], viewer: Principal) -> None:
        """Work on ``app``, in which what the viewer may not see does not exist; ``now`` returns aware UTC time."""
        self._app = app
        self._now = now
        self._viewer = viewer

    def seen(self, found: list[_Seen]) -> list[_Seen]:
        """Return the examples that exist for the viewer."""
        blind = blindness_of(self._app, self._viewer.name)
        if not self._viewer.may(READ):
            return [each for each in found if each.conversation_id is None]
        return [each for each in found if each.conversation_id not in blind]

    def check_pointed(self, conversation_id: str, turn_id: str | None) -> None:
        """Raise ``NotFoundError`` where the conversation or the turn of an example is not there for the viewer."""
        self._viewer.require(READ)
        found = self._app.conversations.get(conversation_id)
        if found is None or conversation_id in blindness_of(self._app, self._viewer.name):
            raise unknown("conversation", conversation_id)
        if turn_id is not None and turn_id not in {each.id for each in found.conversation.turns}:
            message = coded("conversation {id} has no turn {turn}", id=conversation_id, turn=turn_id)
            raise NotFoundError(message, code="turn.unknown", field="turn_id", value=turn_id)

    @staticmethod
    def _of_id(found: list[_Made], example_id: str) -> _Made:
        """Return the example of an id. Raises ``NotFoundError`` ``example.unknown``."""
        example = next((each for each in found if each.example_id == example_id), None)
        if example is None:
            raise unknown("example", example_id)
        return example

    def _entry(self, action: str, example: Example | TopicExample, about: str, **details: str) -> Draft:
        if example.conversation_id is not None:
            about = f"conversation:{example.conversation_id}"
        return entry_of(self._app, self._viewer.label, action, about, **details, example=example.example_id)


class FormExamples(Kept):
    """The examples of one app's forms."""

    def of(self, form_id: str) -> list[Example]:
        """Return the examples of a form, the oldest first, those that were erased included."""
        return self.seen(self._app.form_examples.of_form(form_id))

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
            self.check_pointed(example.conversation_id or "", example.turn_id)
        return self._app.form_examples.add(example, self._logged("form.example_kept", example))

    def remove(self, form_id: str, example_id: str) -> None:
        """Remove an example of a form. Raises ``NotFoundError`` ``example.unknown``."""
        example = self._of_id(self.of(form_id), example_id)
        self._app.form_examples.remove(example, self._logged("form.example_removed", example))

    def tried(self, evaluator: Evaluator, form: Form) -> Trials[Tried]:
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

    def _logged(self, action: str, example: Example) -> Draft:
        about, metric = f"form:{example.form_id}", example.metric_id
        return self._entry(action, example, about, form=example.form_id, metric=metric)


class TopicExamples(Kept):
    """The examples of one app's taxonomies: what was said in a turn, and the topic that it belongs to."""

    def of(self, taxonomy_id: str) -> list[TopicExample]:
        """Return the examples of a taxonomy, the oldest first, those that were erased included."""
        return self.seen(self._app.form_examples.of_taxonomy(taxonomy_id))

    def keep(self, versions: Sequence[Taxonomy], wanted: NewTopicExample) -> TopicExample:
        """Keep the topic that a turn belongs to: one of a version of the taxonomy.

        Raises ``RequestError`` ``field.unknown_value``; ``NotFoundError`` ``conversation.unknown``, ``turn.unknown``;
        ``AccessError``; ``ConflictError`` ``example.too_many``.
        """
        check_topic(versions, wanted.wanted)
        self.check_pointed(wanted.conversation_id, wanted.turn_id)
        example = made_from(
            TopicExample, wanted, example_id=new_id(), taxonomy_id=versions[0].id, by=self._viewer.name, at=self._now()
        )
        return self._app.form_examples.add(example, self._logged("taxonomy.example_kept", example))

    def remove(self, taxonomy_id: str, example_id: str) -> None:
        """Remove an example of a taxonomy. Raises ``NotFoundError`` ``example.unknown``."""
        example = self._of_id(self.of(taxonomy_id), example_id)
        self._app.form_examples.remove(example, self._logged("taxonomy.example_removed", example))

    def tried(self, engines: Engines, present: Iterable[Taxonomy], draft: Taxonomy) -> Trials[TriedTopic]:
        """Sort the turns of a taxonomy's examples by a draft, next to the taxonomies in force. Nothing is stored.

        Raises ``EngineError`` where no engine learns from examples.
        """
        examples = self.of(draft.id)
        names = present_names(read_versions(self._app.definitions, draft.id), draft)
        there = {BELOW.join(before): BELOW.join(after) for before, after in names.items()}
        cases = self._app.conversations.recorded([each.conversation_id for each in examples if each.conversation_id])
        beside = [*(each for each in present if each.id != draft.id), draft]
        found = dict(zip(cases, sorted_with(list(cases.values()), beside, engines), strict=True))
        ends = {BELOW.join(names) for names in draft.end_names()}
        tried: list[TriedTopic] = []
        for each in examples:
            case = cases.get(each.conversation_id or "")
            if case is None:
                continue
            topics = [
                BELOW.join(names) for names, its in found[case.conversation.id].items() if each.turn_id in its.turns
            ]
            mine = tuple(name for name in topics if name in ends)
            tried.append(
                TriedTopic(each, case.conversation, mine, is_sorted_to(there.get(each.wanted, each.wanted), mine, ends))
            )
        return Trials(tried=tried, erased=sum(each.is_erased for each in examples))

    def _logged(self, action: str, example: TopicExample) -> Draft:
        return self._entry(action, example, f"taxonomy:{example.taxonomy_id}", taxonomy=example.taxonomy_id)
