"""Zoom Contact Center: messaging engagements with their messages, as the API returns both."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats._markup import words_of
from auscult.formats._records import Fields, MissingError, Records, offset_ms

_WORDS = frozenset({"text", "html", "markdown"})


class ZoomContactCenter(Records):
    """One object an engagement: ``engagement`` as it is retrieved, ``messages`` as the list of its message history.

    The id of its sender, or else the name, shows which of the agents and consumers a message is from; the speaker of
    others is unknown. Left out are messages of the system, and what has no words: cards, forms, attachments.
    """

    name: ClassVar[str] = "zoom-contact-center"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        about = record.fields("engagement")
        start = about.at("start_time", "the time at which the engagement began")
        agents = {each.text("user_id", "the id of the agent"): each for each in about.each("agents")}
        known = _known(about)
        spoken = [
            (message.at("sent_time", "the time of the message"), message)
            for message in record.required_list("messages", "the list of messages")
            if message.maybe_text("message_type") != "system" and message.fields("content").maybe_text("type") in _WORDS
        ]
        spoken.sort(key=lambda one: one[0])
        turns = [_turn(message, at, start, known) for at, message in spoken]
        if turns and all(turn["speaker"] == "unknown" for turn in turns):
            raise MissingError(
                record.path_of("engagement.agents"),
                "no message is from one of the agents or consumers; sender_participant_id should be the id of one",
            )
        return {
            "custom_id": about.text("engagement_id", "the id of the engagement"),
            "channel": "chat",
            "source": self.name,
            "direction": about.maybe_text("direction"),
            "started_at": start,
            "ended_at": about.maybe_at("end_time"),
            "queues": [_queue(each) for each in about.each("queues")],
            "agents": [{"id": each, "name": one.maybe_text("display_name")} for each, one in agents.items()],
            "turns": turns,
        }


def _queue(queue: Fields) -> dict[str, Any]:
    number = queue.maybe_text("cc_queue_id") or queue.text("queue_id", "the id of the queue")
    return {"id": number, "name": queue.maybe_text("queue_name")}


def _known(about: Fields) -> dict[str, tuple[str, str | None]]:
    """Return the speaker, and the agent's id, by the ids and names of agents and consumers. An id comes before a name."""
    people: dict[str, tuple[str, str | None]] = {}
    for field in ("display_name", "user_id"):
        for agent in about.each("agents"):
            if given := agent.maybe_text(field):
                people[given] = ("agent", agent.text("user_id", "the id of the agent"))
    for field in ("consumer_display_name", "consumer_id"):
        for consumer in about.each("consumers"):
            if given := consumer.maybe_text(field):
                people[given] = ("customer", None)
    return people


def _turn(
    message: Fields, at: datetime, start: datetime, known: Mapping[str, tuple[str, str | None]]
) -> dict[str, Any]:
    number = message.maybe_text("sender_participant_id") or ""
    name = message.maybe_text("sender_participant_name") or ""
    speaker, agent = known.get(number) or known.get(name) or ("unknown", None)
    content = message.fields("content")
    words = content.words("value", "the words of the message")
    return {
        "speaker": speaker,
        "agent_id": agent,
        "text": words_of(words) if content.maybe_text("type") == "html" else words,
        "start_ms": offset_ms(start, at),
    }
