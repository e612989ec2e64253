"""Zendesk: tickets with their comments, and the shape in which conversations are imported into Zendesk QA."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from auscult.domain.connectors import Item
from auscult.formats.connectors._records import Fields, MissingError, Records, offset_ms, without_html


class ZendeskTickets(Records):
    """One object a ticket: ``ticket``, ``comments`` and ``users``, as the API answers with users side-loaded."""

    name: ClassVar[str] = "zendesk-tickets"
    _LIST: ClassVar[str | None] = "tickets"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        ticket = record.fields("ticket")
        start = ticket.at("created_at", "the time at which the ticket was created")
        users = {one.text("id", "the id of the user"): one for one in record.each("users")}
        customer = ticket.text("requester_id", "the id of the requester")
        comments = record.required_list("comments", "the list of comments")
        public = [one for one in comments if one.get("public") is not False]
        turns = [_comment(one, users, customer, start) for one in public]
        agents = {turn["agent_id"] for turn in turns if turn["agent_id"]}
        group = ticket.maybe_text("group_id")
        return {
            "custom_id": ticket.text("id", "the id of the ticket"),
            "channel": "chat",
            "kind": "email" if ticket.fields("via").maybe_text("channel") == "email" else None,
            "source": self.name,
            "started_at": start,
            "queues": [{"id": group}] if group else [],
            "agents": [{"id": one, "name": _name(users, one)} for one in sorted(agents)],
            "customer": {"id": customer, "name": _name(users, customer)},
            "turns": turns,
            "custom_fields": {name: value for name in ("subject", "priority") if (value := ticket.maybe_text(name))},
        }


class ZendeskQa(Records):
    """The body of ``POST /qa/api/import/tickets``: ``data`` is a list of conversations with ``comments``."""

    name: ClassVar[str] = "zendesk-qa"
    _LIST: ClassVar[str | None] = "data"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        start = record.at("created", "the time at which the conversation was created")
        client = record.maybe_text("customerEmail")
        turns = [_imported(one, client, start) for one in record.required_list("comments", "the list of comments")]
        agents = {turn["agent_id"]: turn for turn in turns if turn is not None and turn["agent_id"]}
        return {
            "custom_id": record.text("id", "the id of the conversation"),
            "channel": "voice" if any(one.get("recordingUrl") for one in record.each("comments")) else "chat",
            "source": self.name,
            "started_at": start,
            "agents": [{"id": one, "email": one if "@" in one else None} for one in sorted(agents)],
            "customer": {"id": client, "name": record.maybe_text("customerName")},
            "turns": [turn for turn in turns if turn is not None],
            "custom_fields": {name: value for name in ("subject", "status") if (value := record.maybe_text(name))},
        }


def _comment(comment: Fields, users: Mapping[str, Fields], customer: str, start: datetime) -> dict[str, Any]:
    author = comment.text("author_id", "the id of the author")
    role = None if author not in users else users[author].maybe_text("role")
    is_customer = author == customer or role == "end-user"
    if not is_customer and role is None:
        raise MissingError(
            comment.path_of("author_id"),
            f"the role of author {author!r} is unknown; users should name it, with its role",
        )
    text = comment.maybe_text("plain_body") or without_html(comment.text("body", "the words of the comment"))
    return {
        "speaker": "customer" if is_customer else "agent",
        "agent_id": None if is_customer else author,
        "text": text,
        "start_ms": offset_ms(start, comment.at("created_at", "the time of the comment")),
    }


def _imported(comment: Fields, client: str | None, start: datetime) -> dict[str, Any] | None:
    if comment.get("public") is False:
        return None
    email = comment.maybe_text("authorEmail")
    author = email or comment.maybe_text("authorName")
    is_agent = comment.get("authorIsNotClient") is True
    if not is_agent and author is None:
        raise MissingError(
            comment.path_of("authorEmail"),
            "the author is unknown; give authorEmail or authorName, or authorIsNotClient as true",
        )
    del client
    return {
        "speaker": "agent" if is_agent else "customer",
        "agent_id": author if is_agent else None,
        "text": comment.text("comment", "the words of the comment"),
        "start_ms": offset_ms(start, comment.at("created", "the time of the comment")),
    }


def _name(users: Mapping[str, Fields], one: str) -> str | None:
    return users[one].maybe_text("name") if one in users else None
