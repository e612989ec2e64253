"""Zendesk: tickets with their comments, and the shape in which conversations are imported into Zendesk QA."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from auscult.domain.connectors import Item
from auscult.formats._markup import own_words, words_of
from auscult.formats._records import Fields, MissingError, Records, check_sides, offset_ms
from auscult.formats.vendors._dialogues import Writer, messages_of

_SYSTEM = "-1"
"""The author of what Zendesk writes itself."""
_RULES = frozenset({"rule", "system"})
_CUSTOMER = Writer("customer")


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
        people = {number: _writer(number, users, customer) for number in (*users, customer)}
        written = [_comment(one, people) for one in public]
        turns = _turns(written, {_name(users, number): who for number, who in people.items()})
        if not any(turn.who.speaker in {"agent", "bot"} for turn in turns):
            check_sides([{"speaker": one.who.speaker} for one in written], public, "author_id", _ROLE)
        start = min([start, *(turn.at for turn in turns)])
        agents = dict.fromkeys(turn.who.agent_id for turn in turns if turn.who.agent_id)
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
            "turns": [turn.document(start) for turn in turns],
            "custom_fields": {name: value for name in ("subject", "priority") if (value := ticket.maybe_text(name))},
        }


class ZendeskQa(Records):
    """The body of ``POST /qa/api/import/tickets``: ``data`` is a list of conversations with ``comments``."""

    name: ClassVar[str] = "zendesk-qa"
    _LIST: ClassVar[str | None] = "data"

    def _document(self, record: Fields, item: Item) -> Mapping[str, Any]:
        del item
        start = record.at("created", "the time at which the conversation was created")
        client, name = record.maybe_text("customerEmail"), record.maybe_text("customerName")
        comments = record.required_list("comments", "the list of comments")
        public = [one for one in comments if one.get("public") is not False]
        written = [_imported(one, record.maybe_text("assigneeEmail")) for one in public]
        people = {one.maybe_text("authorName"): turn.who for one, turn in zip(public, written, strict=True)}
        turns = _turns(written, people | {name: _CUSTOMER, client: _CUSTOMER})
        start = min([start, *(turn.at for turn in turns)])
        agents = sorted({turn.who.agent_id for turn in turns if turn.who.agent_id})
        return {
            "custom_id": record.text("id", "the id of the conversation"),
            "channel": "voice" if any(one.get("recordingUrl") for one in comments) else "chat",
            "source": self.name,
            "started_at": start,
            "agents": [{"id": one, "email": one if "@" in one else None} for one in agents],
            "customer": {"id": client, "name": name},
            "turns": [turn.document(start) for turn in turns],
            "custom_fields": {name: value for name in ("subject", "status") if (value := record.maybe_text(name))},
        }


class _Written(NamedTuple):
    """One turn of a ticket."""

    who: Writer
    text: str
    at: datetime

    def document(self, start: datetime) -> dict[str, Any]:
        """Return it as a turn of a native document."""
        return {
            "speaker": self.who.speaker,
            "agent_id": self.who.agent_id,
            "text": self.text,
            "start_ms": offset_ms(start, self.at),
        }


_ROLE = "its role is unknown; users should name it, with its role"


def _turns(written: Sequence[_Written], people: Mapping[str | None, Writer]) -> list[_Written]:
    """Return the comments, each chat among them as its messages, without what others quote."""
    names = {name.casefold(): who for name, who in people.items() if name}
    turns: list[_Written] = []
    for one in written:
        said = messages_of(one.text, names, one.who, one.at)
        if said is None:
            turns.append(one._replace(text=own_words(one.text)))
        else:
            turns += [_Written(each.who, each.text, each.at or one.at) for each in said]
    return turns


def _writer(number: str, users: Mapping[str, Fields], customer: str) -> Writer:
    """Return who a user is: the requester and end users are the customer's side."""
    role = users[number].maybe_text("role") if number in users else None
    if number == customer or role == "end-user":
        return _CUSTOMER
    return Writer("unknown") if role is None else Writer("agent", number)


def _comment(comment: Fields, people: Mapping[str, Writer]) -> _Written:
    author = comment.maybe_text("author_id") or ""
    who = people.get(author, Writer("unknown"))
    is_machine = author == _SYSTEM or comment.fields("via").maybe_text("channel") in _RULES
    who = Writer("system") if is_machine and who != _CUSTOMER else who
    plain = (comment.maybe_text("plain_body") or "").replace("&nbsp;", " ")
    text = plain or words_of(comment.words("body", "the words of the comment"))
    return _Written(who, text, comment.at("created_at", "the time of the comment"))


def _imported(comment: Fields, assignee: str | None) -> _Written:
    """Return a comment: the agent's where it is marked so, or the conversation is assigned to who wrote it."""
    author = comment.maybe_text("authorEmail") or comment.maybe_text("authorName")
    is_agent = comment.get("authorIsNotClient") is True or (author is not None and author == assignee)
    if not is_agent and author is None:
        raise MissingError(
            comment.path_of("authorEmail"),
            "the author is unknown; give authorEmail or authorName, or authorIsNotClient as true",
        )
    text = comment.words("comment", "the words of the comment")
    who = Writer("agent", author) if is_agent else _CUSTOMER
    return _Written(who, text, comment.at("created", "the time of the comment"))


def _name(users: Mapping[str, Fields], one: str) -> str | None:
    return users[one].maybe_text("name") if one in users else None
