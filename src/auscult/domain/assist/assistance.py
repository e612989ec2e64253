"""The assistant's part in a conversation: suggestions, searches, summaries, and agents' feedback on them.

Source: the page of assist conversations (docs/reference/reports.md). Only names of other things are required; a value
that is absent is unknown. Instants are aware UTC.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Ms = Annotated[int, Meta(ge=0, le=2**53)]
Percent = Annotated[float, Meta(ge=0, le=100)]


class AssistedAgent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Agent helped by the assistant."""

    id: str | None = None
    name: str | None = None


class Feedback(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feedback of an agent: a thumb, the reasons picked from a list, a comment; without a thumb it is withdrawn."""

    agent: AssistedAgent | None = None
    value: Literal["like", "dislike"] | None = None
    comment: str | None = None
    details: tuple[str, ...] = ()


class AgenticSession(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The session of the linked app that answered."""

    status: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    run_id: str | None = None
    app_id: str | None = None
    env_id: str | None = None
    env_name: str | None = None
    conversation_state: str | None = None
    active_conversation_agent: str | None = None
    source: str | None = None


class Citation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Passage that an answer rests on: its position in the knowledge base, and the version of its document.

    The base's versions are counted: this is the first one that has the document as it is. ``answer`` is the part of
    ``text`` that answers the question: a sentence, or a list.
    """

    passage_id: str | None = None
    source: str | None = None
    heading: str | None = None
    text: str | None = None
    answer: str | None = None
    version: Annotated[int, Meta(ge=0)] | None = None


class Suggestion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer of the assistant: unprompted, to a turn of the conversation, or to an agent's search.

    ``query`` is the question, ``text`` the answer, ``sources`` the passages it rests on, ``engine`` the engine that
    found or wrote it. ``alternatives`` are the next passages, the likelier first, for an agent to choose from;
    ``is_unsure``: none of them is likely enough to be suggested alone. ``likelihood`` is how likely the engine found the
    first passage to be right, before what the app's agents taught. ``is_override``: the agent discarded it.
    """

    id: str | None = None
    request_id: str | None = None
    received_at: datetime | None = None
    requested_at: datetime | None = None
    responded_at: datetime | None = None
    language: str | None = None
    query: str | None = None
    component_id: str | None = None
    text: str | None = None
    triggering_turn_id: str | None = None
    is_sent: bool | None = None
    is_copied: bool | None = None
    is_override: bool | None = None
    session: AgenticSession | None = None
    feedback: Feedback | None = None
    sources: tuple[Citation, ...] = ()
    alternatives: tuple[Citation, ...] = ()
    is_unsure: bool = False
    likelihood: Annotated[float, Meta(ge=0, le=1)] | None = None
    engine: str | None = None

    @property
    def at(self) -> datetime | None:
        """Return its position in the conversation."""
        return self.received_at or self.requested_at


class Summary(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A summary that the assistant wrote for an agent. ``edited_text`` is what the agent made of it."""

    id: str | None = None
    agent: AssistedAgent | None = None
    text: str | None = None
    edited_text: str | None = None
    type: str | None = None
    generation_ms: Ms | None = None
    feedback: Feedback | None = None


class AssistMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Record of how a turn reached the assistant. ``ire`` is the vendor's mark of that name, kept as given."""

    turn_id: str
    component_id: str | None = None
    received_at: datetime | None = None
    modified_at: datetime | None = None
    ire: bool | None = None


class PlaybookStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a playbook, and whether the agent took it; ``turn_id`` is where in the talk."""

    id: str | None = None
    name: str | None = None
    is_adhered: bool = False
    adhered_at: datetime | None = None
    turn_id: str | None = None


class PlaybookStage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stage of a playbook."""

    id: str | None = None
    name: str | None = None
    steps: tuple[PlaybookStep, ...] = ()


class PlaybookRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A playbook that lay open before an agent. ``id`` and ``name`` are the playbook's.

    ``adherence_rate`` is the share of its steps that were taken, in percent, as the assistant counts it.
    """

    id: str | None = None
    name: str | None = None
    type: str | None = None
    agent: AssistedAgent | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    adherence_rate: Percent | None = None
    stages: tuple[PlaybookStage, ...] = ()


class DialogRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dialog task that was run for the agent. ``id`` and ``name`` are the task's; ``turn_id`` is where in the talk."""

    id: str | None = None
    name: str | None = None
    agent: AssistedAgent | None = None
    turn_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Assist(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Assistant's part in a conversation. ``feedback`` is on the assistant as a whole, from every agent.

    ``id`` is the assistant's own for the conversation; ``session_id`` and ``user_id`` are those of its messaging.
    ``playbooks`` and ``dialogs`` are None when unknown, and empty when none ran. ``is_widget_loaded``: an agent had the
    assistant before them.
    """

    id: str | None = None
    is_external: bool | None = None
    is_widget_loaded: bool | None = None
    session_id: str | None = None
    user_id: str | None = None
    messages: tuple[AssistMessage, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    searches: tuple[Suggestion, ...] = ()
    summaries: tuple[Summary, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    playbooks: tuple[PlaybookRun, ...] | None = None
    dialogs: tuple[DialogRun, ...] | None = None

    @property
    def was_loaded(self) -> bool | None:
        """Return whether an agent had the assistant before them: as given, or because they used it; None if unknown."""
        if self.is_widget_loaded is not None:
            return self.is_widget_loaded
        is_used = any(each.is_sent or each.is_copied or each.is_override or each.feedback for each in self.suggestions)
        is_read = any(each.edited_text is not None or each.feedback for each in self.summaries)
        return True if self.searches or self.feedback or is_used or is_read else None
