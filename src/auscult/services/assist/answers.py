"""Answers from an app's knowledge: passages quoted, or text written from them by a language model, with their positions."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from auscult.domain.assist.assistance import AgenticSession, Citation, Suggestion
from auscult.domain.assist.knowledge import Found
from auscult.domain.assist.live import derived_id, object_id, whole_ms
from auscult.domain.assist.retrieval import Writer
from auscult.domain.engines import ByApp
from auscult.domain.errors import EngineError
from auscult.services.assist.knowledge import Library, Search
from auscult.storage.store import AppStore

LOG = logging.getLogger(__name__)

SHOWN = 3
"""Passages that an answer may rest on, and that a search shows."""

UNFIT = "nothing that the app knows fits it"
NO_KNOWLEDGE = "the app knows nothing in this language"
NOT_ANSWERED = "the passages do not answer it"

_SOURCE = "AIS-AA"
"""The vendor's mark of answers that come out of an assistant."""


class Question(NamedTuple):
    """Question in a conversation: by a customer in the message ``message_id``, or by an agent who searches (None).

    ``key`` names it within the conversation.
    """

    app: AppStore
    conversation_id: str
    language: str
    text: str
    key: str
    message_id: str | None = None

    def derived(self, kind: str, *parts: str) -> str:
        """An id of this kind that belongs to the conversation and these parts."""
        return derived_id(kind, self.app.tenant.app_id, self.conversation_id, *parts)

    @property
    def request_id(self) -> str:
        """Return the id of the answer: ``aa-`` for a suggestion, ``ua-`` for a search."""
        return self.derived("ua" if self.message_id is None else "aa", self.key)


class Answering:
    """Answers questions. Threads may share it."""

    def __init__(self, library: Library, now: Callable[[], datetime], writer: Writer | None = None) -> None:
        """Answer in the words of ``writer``, or, without one, by quoting."""
        self.library = library
        self._now = now
        self._writer = writer

    def suggest(self, question: Question) -> Suggestion | str:
        """Answer a customer's message, with the passages to choose from; or why there is nothing to say to it.

        A writer is asked only where a passage is likely to answer: below that, passages are quoted.
        """
        asked_at = whole_ms(self._now())
        search = self.library.search(question.app, question.language, question.text, SHOWN)
        offered = search.suggestions
        if not search.is_offered:
            return UNFIT if search.version else NO_KNOWLEDGE
        is_unsure = not search.fit
        fit = search.fit or (offered[0].found,)
        answer = self._answer(question, fit, search, asked_at, is_quoted=is_unsure)
        if answer.text is None:
            return NOT_ANSWERED
        used = {each.passage_id for each in answer.sources}
        others = (each.found for each in offered if each.found.passage.id not in used)
        return replace(
            answer,
            alternatives=tuple(_citation(each, search) for each in others),
            is_unsure=is_unsure,
            likelihood=offered[0].stated if fit[0] == offered[0].found else None,
        )

    def search(self, question: Question) -> Suggestion:
        """Answer an agent's search. Who searches wants to see something: what fits two thirds as well is shown too."""
        asked_at = whole_ms(self._now())
        search = self.library.search(question.app, question.language, question.text, SHOWN)
        fit = [found for found in search.found if 3 * found.score >= 2 * search.enough]
        return self._answer(question, fit, search, asked_at)

    def close(self) -> None:
        """Close the writer's connections, and stop models that read passages."""
        self.library.close()
        if self._writer is not None:
            self._writer.close()

    def _answer(
        self, question: Question, fit: Sequence[Found], search: Search, asked_at: datetime, *, is_quoted: bool = False
    ) -> Suggestion:
        """Return the answer from these passages, found by ``search``; without text where they do not answer."""
        text, sources, engine = self._written(question, fit, search, is_quoted=is_quoted)
        return Suggestion(
            id=object_id(asked_at, question.request_id),
            request_id=question.request_id,
            requested_at=asked_at,
            responded_at=whole_ms(self._now()),
            language=question.language,
            query=question.text,
            component_id=question.derived("cp", question.request_id),
            text=text,
            triggering_turn_id=question.message_id,
            session=_session(question, is_answered=text is not None),
            sources=tuple(_citation(each, search) for each in sources),
            engine=engine,
        )

    def _written(
        self, question: Question, fit: Sequence[Found], search: Search, *, is_quoted: bool
    ) -> tuple[str | None, Sequence[Found], str]:
        """The answer, what it rests on, and who gave it: of the best passage what answers, or what a writer makes of all.

        Without an answer: what was found, and does not answer. A search that is quoted has all that it found.
        """
        quoting = search.engine
        if not fit:
            return None, fit, quoting
        text = search.answers[fit[0].passage.id]
        quoted = fit if question.message_id is None else fit[:1]
        if self._writer is None or is_quoted:
            return text, quoted, quoting
        try:
            app_id = question.app.tenant.app_id
            writer = self._writer.for_app(app_id) if isinstance(self._writer, ByApp) else self._writer
            written = writer.write(question.text, [each.passage for each in fit], question.language)
        except EngineError as error:
            LOG.warning("an answer is quoted, for it could not be written: %s", error.message)
            return text, quoted, quoting
        used = fit if written.text is None else [each for each in fit if each.passage.id in written.passage_ids]
        return written.text, used, f"{written.engine} from {quoting}"


def _session(question: Question, *, is_answered: bool) -> AgenticSession:
    """One session for the suggestions of a conversation and one for its searches, a run for each question."""
    kind = "search" if question.message_id is None else "assist"
    app_id = question.app.tenant.app_id
    return AgenticSession(
        status="idle",
        user_id=question.derived("u", kind),
        session_id=question.derived("s", kind),
        run_id=question.derived("r", question.key),
        app_id=derived_id("aa", app_id),
        env_id=derived_id("env", app_id),
        env_name="live",
        conversation_state="COMPLETED" if is_answered else "AWAITING_INPUT",
        source=_SOURCE,
    )


def _citation(found: Found, search: Search) -> Citation:
    passage = found.passage
    return Citation(
        passage_id=passage.id,
        source=passage.source,
        heading=passage.title or None,
        text=passage.text,
        answer=search.answers.get(passage.id),
        version=passage.since_version,
    )
