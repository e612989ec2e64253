"""A conversation: who spoke, when, what was said. Source: spec of the native document (docs/reference/formats.md)."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from auscult.domain.ai_agents.context import AgentKind, AiContext, Call
from auscult.domain.assist.assistance import Assist
from auscult.domain.contact import Contact
from auscult.domain.errors import coded
from auscult.domain.recordings.recording import Claims

Speaker = Literal["agent", "customer", "bot", "system", "unknown"]
"""Who speaks. ``unknown``: agent or customer; a recording of one channel does not show which."""
Channel = Literal["voice", "chat"]
Kind = Literal["email"]
"""What a chat is where it is no quick exchange."""
Edition = Literal["original", "redacted"]
"""A source's transcript with personal data, or its copy without."""
Direction = Literal["inbound", "outbound"]

AssumedField = Literal["started_at", "time_zone", "date_order", "language", "channel", "agent", "sides"]
"""Fields that may be assumed. From where: ``option``, ``file_name``, ``file_time``, ``received``, ``words``, ``values``,
``default``, or a name as of a time zone."""

LONGEST_ID = 255
ID_PATTERN = r"^(?!\.{1,2}$)[^/\x00-\x1f\x7f\u2028\u2029]+(?![\s\S])"
"""Ids of conversations, which are parts of addresses: with a slash, a line break, or as ``..`` none would open."""
ID_SHOULD_BE = f"text of 1 to {LONGEST_ID} characters without / and without line breaks, and not . or .."
_ID = re.compile(ID_PATTERN)
_NAMESPACE = uuid.UUID("6f1d2d0e-6f5b-5c43-9a3e-3a6d5b0a7c11")


class Turn(Struct, frozen=True, omit_defaults=True):
    """One utterance. ``start_ms`` and ``end_ms`` count from the conversation's start; None means not known.

    ``doubts`` are spans of the text, from and up to an offset, where a recogniser was not sure of a word.
    ``speaker_label`` names the speaker as the file did: ``Speaker 1``, ``spk_0``, a name.
    """

    id: str
    speaker: Speaker
    text: str = ""
    agent_id: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    doubts: tuple[tuple[int, int], ...] = ()
    speaker_label: str | None = None


class Queue(Struct, frozen=True, omit_defaults=True):
    """A queue that the conversation was in."""

    id: str
    name: str | None = None


class Agent(Struct, frozen=True, omit_defaults=True):
    """An agent who took part: a person, or an AI agent and its version. ``kind`` is None where it is not given."""

    id: str
    name: str | None = None
    email: str | None = None
    joined_at: datetime | None = None
    kind: AgentKind | None = None
    version: str | None = None


class Customer(Struct, frozen=True, omit_defaults=True):
    """The customer, as far as known."""

    id: str | None = None
    name: str | None = None


class Event(Struct, frozen=True, omit_defaults=True):
    """Event in a conversation: a hold, a transfer. Times in ms from the conversation's start."""

    type: str
    start_ms: int | None = None
    end_ms: int | None = None
    agent_id: str | None = None
    to_queue_id: str | None = None


class InlineRecording(Claims, frozen=True, kw_only=True, omit_defaults=True):
    """A recording that a document brings along, with what it states about it."""

    content: bytes


class Recordings(Struct, frozen=True, omit_defaults=True):
    """Addresses of the recordings, by side; and those that a document brings along, until they are stored.

    ``stated``, by address: what the document says of a recording, until its bytes are checked.
    """

    agent: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    inline: tuple[InlineRecording, ...] = ()
    stated: dict[str, Claims] = {}

    def claims(self) -> Iterator[tuple[str, Claims]]:
        """Yield each address with what is stated, with the side that alone has this recording where no speaker is."""
        for url in dict.fromkeys((*self.agent, *self.customer)):
            stated = self.stated.get(url, Claims())
            is_agent, is_customer = url in self.agent, url in self.customer
            if not stated.speakers and is_agent != is_customer:
                stated = replace(stated, speakers=("agent",) if is_agent else ("customer",))
            yield url, stated


class Heard(Struct, frozen=True, omit_defaults=True):
    """Stretches of a recording, each from and up to ms from its start: speech of each side, and music while on hold.

    It replaces the times of turns where a transcript has none.
    """

    agent: tuple[tuple[int, int], ...] = ()
    customer: tuple[tuple[int, int], ...] = ()
    music: tuple[tuple[int, int], ...] = ()


class Leg(Struct, frozen=True, omit_defaults=True):
    """One of the transcripts that a conversation is made of, by the source's id, with ids of its queues and agents.

    The ids of its turns begin with its own.
    """

    id: str
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


class Conversation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whole conversation, normalised: ids present, instants aware UTC, direction resolved.

    ``contact`` and ``assist`` hold what the contact centre and the agent's assistant know of it apart from the
    transcript. ``masks`` are keyed hashes of what redaction replaced, by placeholder.
    ``kind`` is what the sender says of a chat; None where they do not.
    ``legs`` are set where a file of the source may hold only some of them. ``edition``: which of two files this is, where the source redacts a copy.
    ``calls`` is None where it is not known which tools were called, and empty where none was. ``unknown_keys`` of the
    document, which begins on ``unknown_line`` of its file, were not read; neither is stored.
    ``assumed`` holds what the file does not say, by field, and where it was taken from: see ``AssumedField``.
    """

    id: str
    channel: Channel
    started_at: datetime
    custom_id: str | None = None
    source: str | None = None
    language: str = "en"
    direction: Direction = "inbound"
    is_direction_defaulted: bool = False
    ended_at: datetime | None = None
    queues: tuple[Queue, ...] = ()
    agents: tuple[Agent, ...] = ()
    customer: Customer | None = None
    turns: tuple[Turn, ...] = ()
    events: tuple[Event, ...] = ()
    custom_fields: dict[str, str] = {}
    recordings: Recordings | None = None
    heard: Heard | None = None
    contact: Contact | None = None
    assist: Assist | None = None
    masks: dict[str, str] = {}
    kind: Kind | None = None
    legs: tuple[Leg, ...] = ()
    edition: Edition | None = None
    ai: AiContext | None = None
    calls: tuple[Call, ...] | None = None
    unknown_keys: tuple[str, ...] = ()
    unknown_line: int | None = None
    assumed: dict[AssumedField, str] = {}

    @property
    def duration_ms(self) -> int | None:
        """Return its duration in ms, or None when that is unknown.

        Voice counts the whole call, holds included; chat counts from the first message to the last;
        a chat without message times falls back on its start and end.
        """
        starts = [turn.start_ms for turn in self.turns if turn.start_ms is not None]
        if self.channel == "chat" and starts:
            return max(starts) - min(starts)
        if self.ended_at is None:
            return None
        return round((self.ended_at - self.started_at).total_seconds() * 1000)

    @property
    def channel_names(self) -> tuple[str, ...]:
        """Return the contact centre's names of the channel, first the name to show.

        Its own word (campaign, rtm) where it has one, else voice or chat, and then the conversation's source.
        """
        own = self.contact and self.contact.channel
        return (own,) if own else (self.channel, *([self.source] if self.source else []))

    @property
    def channel_words(self) -> tuple[str, ...]:
        """Every word that means its channel: voice or chat, the contact centre's own word, where it comes from."""
        own = self.contact and self.contact.channel
        return tuple(dict.fromkeys(word for word in (self.channel, own, self.source) if word))


LETTER_WORDS = 15
"""Words that half of the turns have at least where people write letters; of 500 labelled chats, few others have so many."""
LETTER_PAUSE_MS = 600_000
"""Pause before half of the answers at least, where people write letters."""


def is_by_email(conversation: Conversation) -> bool:
    """Return whether its turns are letters: it was given as ``email``, or its turns are long, or answers take long."""
    if conversation.channel != "chat" or conversation.kind is not None:
        return conversation.kind == "email"
    turns = [turn for turn in conversation.turns if turn.speaker in ("agent", "customer") and turn.text.strip()]
    if not turns:
        return False
    pauses = [
        after.start_ms - before.start_ms
        for before, after in pairwise(turns)
        if before.speaker != after.speaker and before.start_ms is not None and after.start_ms is not None
    ]
    return median(len(turn.text.split()) for turn in turns) >= LETTER_WORDS or (
        bool(pauses) and median(pauses) >= LETTER_PAUSE_MS
    )


def is_id(text: str) -> bool:
    """Return whether a text may be the id of a conversation."""
    return len(text) <= LONGEST_ID and _ID.match(text) is not None


def derive_id(app_id: str, custom_id: str) -> str:
    """Return the id of a conversation that has none: the same app and custom id always give the same."""
    return "c-" + str(uuid.uuid5(_NAMESPACE, app_id + "\n" + custom_id))


WHO = {
    "agent": coded("the agent"),
    "customer": coded("the customer"),
    "bot": coded("the bot"),
    "handler": coded("the handler"),
}
"""Speakers in words."""
WITHOUT_SPEAKERS = coded("the recording is of one channel and does not show who speaks")
"""Why nothing is known of one side where the speaker of every turn is unknown."""
SIDES_UNKNOWN = coded("it is not sure which speaker is the agent and which is the customer; say so, and it is scored")
"""Why a conversation is not scored whose speakers have labels and no sides."""


def speaker_name(turn: Turn) -> str:
    """Return the name of who speaks: the label that the file has, else the side."""
    return turn.speaker_label or turn.speaker


def with_speakers(turns: Sequence[Turn], sides: Mapping[str, Speaker]) -> tuple[Turn, ...]:
    """Return turns whose speakers, by their names, are on these sides; others stay.

    Who was an agent is none on another side; the agent that turns lose speaks where another one is not named.
    """
    was_agent = {turn.agent_id for turn in turns if turn.agent_id and sides.get(speaker_name(turn), "agent") != "agent"}
    (agent_id,) = was_agent if len(was_agent) == 1 else (None,)
    return tuple(
        turn if side is None or side == turn.speaker else replace(turn, speaker=side, agent_id=its)
        for turn in turns
        for side in [sides.get(speaker_name(turn))]
        for its in [(turn.agent_id or agent_id) if side == "agent" else None]
    )


def are_without_speakers(conversation: Conversation) -> bool:
    """Return whether people speak in a conversation, and nothing shows who of them is the agent."""
    speakers = {turn.speaker for turn in conversation.turns}
    return "unknown" in speakers and speakers.isdisjoint(("agent", "customer"))


def are_sides_unknown(conversation: Conversation) -> bool:
    """Return whether people speak whose labels show no side, so that the agent or the customer is missing."""
    open_ = any(turn.speaker == "unknown" and turn.speaker_label and turn.text.strip() for turn in conversation.turns)
    if not open_:
        return False
    speakers = {turn.speaker for turn in conversation.turns}
    return "customer" not in speakers or speakers.isdisjoint(("agent", "bot"))


def language_code(conversation: Conversation) -> str:
    """Return the language that the document gives, without its region."""
    return bare_language(conversation.language)


def bare_language(given: str) -> str:
    """Return a language without its region: ``en`` for ``en-GB``."""
    return given.replace("_", "-").partition("-")[0].lower()
