"""Redaction of live conversations: each message as it comes, and once more when a later one shows what it was.

The text as it came is kept encrypted while the conversation goes on, for a number may be split over messages. Digits
at the end of a message that may go on are held back as ``[number]`` until a message of the same side settles them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy import Connection

from auscult.domain.assist.live import Edited, Event, LiveEvent, Message, Rated, Redacted, Searched, Used
from auscult.domain.conversation import Conversation
from auscult.domain.privacy.redaction import Hints, Numbering, Utterance, redacted
from auscult.domain.privacy.settings import PrivacySettings
from auscult.redactors import open_numbers, secrets
from auscult.storage.core.tables.assist import live_conversations, live_events
from auscult.storage.privacy.redaction import AppPrivacy, finder

_EVENT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Event)
_HELD = "[number]"
_REACH = 4
"""Messages after which a number that did not go on is taken to be whole."""


class Admitted(NamedTuple):
    """Events as they may be stored: new ones, and earlier ones in which a later message shows a security code."""

    new: Sequence[Event]
    rewritten: Sequence[Event] = ()


def admitted_events(
    privacy: AppPrivacy, settings: PrivacySettings, events: Sequence[Event], new: Sequence[Event]
) -> Admitted:
    """Return new events as they may be stored, with those that correct earlier messages behind them.

    Security codes and the like are in none of them, nor in an encrypted text, whatever the settings are.
    """
    if not new:
        return Admitted(new)
    own = [redacted_text(partial(privacy.text, settings=settings), event) for event in new]
    if not any(isinstance(event, Message) for event in own):
        return Admitted(own)
    stored = [event for event in events if isinstance(event, Message)]
    clean = _without_codes(privacy, [*stored, *(event for event in own if isinstance(event, Message))])
    before = [clean.get(event.id, event) if isinstance(event, Message) else event for event in events]
    after = [clean.get(event.id, event) if isinstance(event, Message) else event for event in own]
    added = list(_messages(privacy, settings, before, after))
    changed = {event.message_id: event for event in before if isinstance(event, Message) and event.id in clean}
    texts = {event.of: event.text for event in added if isinstance(event, Redacted)}
    rewritten: list[Event] = []
    for event in before if changed else ():
        if isinstance(event, Message) and event.message_id in changed:
            rewritten.append(replace(event, text=texts.get(event.message_id, event.text)))
        elif isinstance(event, Redacted) and event.of in changed:
            rewritten.append(replace(event, text=texts.get(event.of, event.text)))
    return Admitted(added, rewritten)


def _without_codes(privacy: AppPrivacy, messages: Sequence[Message]) -> dict[str, Message]:
    """Return the messages that have a security code, without it, by the id of the event."""
    ordered = sorted(messages, key=lambda event: (event.at, event.received_at, event.id))
    raw = [each.text if each.sealed is None else privacy.unseal(each.sealed) for each in ordered]
    utterances = [Utterance(each.author, text) for each, text in zip(ordered, raw, strict=True)]
    texts = redacted(raw, secrets(utterances), Numbering(raw)).texts
    return {
        each.id: replace(each, text=text, sealed=None if each.sealed is None else privacy.seal(text))
        for each, before, text in zip(ordered, raw, texts, strict=True)
        if text != before
    }


def with_originals(connection: Connection, privacy: AppPrivacy, conversation: Conversation) -> Conversation:
    """Return a conversation that is over with its texts as they came; itself where nothing was redacted."""
    sealed = {
        event.message_id: event.sealed
        for _, event in _stored(connection, privacy.app, conversation.id)
        if isinstance(event, Message) and event.sealed is not None
    }
    if not sealed:
        return conversation
    turns = tuple(
        replace(turn, text=privacy.unseal(sealed[turn.id])) if turn.id in sealed else turn
        for turn in conversation.turns
    )
    return replace(conversation, turns=turns)


def drop_originals(connection: Connection, app: int, conversation_id: str) -> None:
    """Remove the encrypted texts of a conversation that is over."""
    for seq, event in _stored(connection, app, conversation_id):
        if isinstance(event, Message) and event.sealed is not None:
            body = msgspec.json.encode(replace(event, sealed=None))
            its = sa.update(live_events).where(live_events.c.live == _number(app, conversation_id))
            connection.execute(its.where(live_events.c.seq == seq).values(body=body))


def _messages(
    privacy: AppPrivacy, settings: PrivacySettings, events: Sequence[Event], new: Sequence[Event]
) -> Iterator[Event]:
    """Redact all messages together: yield the new events, then corrections of earlier messages."""
    messages = sorted(
        (event for event in (*events, *new) if isinstance(event, Message)),
        key=lambda event: (event.at, event.received_at, event.id),
    )
    shown = {event.of: event.text for event in events if isinstance(event, Redacted)}
    corrected = sum(isinstance(event, Redacted) for event in events)
    known = {event.id for event in events}
    texts = dict(zip((each.id for each in messages), _texts(privacy, settings, messages), strict=True))
    for event in new:
        if isinstance(event, Message) and texts[event.id] != event.text:
            yield replace(event, text=texts[event.id], sealed=privacy.seal(event.text))
        else:
            yield event
    last = new[-1]
    for each in messages:
        before = shown.get(each.message_id, each.text)
        if each.id in known and texts[each.id] != before:
            corrected += 1
            yield Redacted(
                id=f"redacted:{corrected}",
                at=last.at,
                received_at=last.received_at,
                of=each.message_id,
                text=texts[each.id],
            )


def _texts(privacy: AppPrivacy, settings: PrivacySettings, messages: Sequence[Message]) -> list[str]:
    """Return the redacted text of each message, with numbers that may go on held back."""
    raw = [each.text if each.sealed is None else privacy.unseal(each.sealed) for each in messages]
    utterances = [Utterance(each.author, text) for each, text in zip(messages, raw, strict=True)]
    if not settings.is_on:
        return raw
    found = finder(settings.redactor)(utterances, Hints(countries=settings.countries))
    policy = settings.policy
    texts = list(policy.redacted(raw, found, Numbering(raw, dropped=policy.dropped)).texts)
    later: set[str] = set()
    for index in range(len(messages) - 1, max(-1, len(messages) - 1 - _REACH), -1):
        if messages[index].author not in later:
            for start, end in reversed(open_numbers(texts[index])):
                texts[index] = f"{texts[index][:start]}{_HELD}{texts[index][end:]}"
        later.add(messages[index].author)
    return texts


def redacted_text(redact: Callable[[str], str], event: Event) -> Event:
    """Redact what an agent typed: a search, another text, a comment."""
    match event:
        case Searched(answer=answer) if answer.query is not None:
            return replace(event, answer=replace(answer, query=redact(answer.query)))
        case Used(text=text) if text is not None:
            return replace(event, text=redact(text))
        case Edited():
            return replace(event, text=redact(event.text))
        case Rated(feedback=feedback) if feedback.comment is not None:
            return replace(event, feedback=replace(feedback, comment=redact(feedback.comment)))
        case _:
            return event


def _number(app: int, conversation_id: str) -> Any:  # noqa: ANN401  (a subquery)
    mine = (live_conversations.c.app == app, live_conversations.c.conversation_id == conversation_id)
    return sa.select(live_conversations.c.live).where(*mine).scalar_subquery()


def _stored(connection: Connection, app: int, conversation_id: str) -> list[tuple[int, LiveEvent]]:
    query = sa.select(live_events.c.seq, live_events.c.body).where(live_events.c.live == _number(app, conversation_id))
    return [(seq, _EVENT.decode(body)) for seq, body in connection.execute(query.order_by(live_events.c.seq))]
