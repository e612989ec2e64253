"""Request bodies of operations on live conversations."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.assist.live import About, Use

_Key = Annotated[str, Meta(min_length=1, max_length=255)] | None
_Id = Annotated[str, Meta(min_length=1, max_length=255)]


class LiveAgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The acting agent."""

    id: _Id
    name: Annotated[str, Meta(max_length=255)] | None = None


class SearchBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Search of an agent. A repeated ``key`` returns the same answer again."""

    query: Annotated[str, Meta(min_length=1, max_length=2000)]
    agent: LiveAgentBody | None = None
    key: _Key = None


class SummaryBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Request of an agent for a summary. A repeated ``key`` returns the same summary again."""

    agent: LiveAgentBody
    key: _Key = None


class EditBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's edit of a summary."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    agent: LiveAgentBody | None = None


class UseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Use of an answer: the agent sent it to the customer, copied it, or overrode it and sent ``text`` instead."""

    use: Use
    text: Annotated[str, Meta(min_length=1, max_length=20_000)] | None = None
    agent: LiveAgentBody | None = None


class FeedbackBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's feedback about an answer or a summary (with the id ``of``), or the assistant as a whole (the widget).

    ``none`` withdraws earlier feedback with its reasons and its comment.
    """

    about: About
    of: _Key = None
    value: Literal["like", "dislike", "none"]
    reasons: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    comment: Annotated[str, Meta(max_length=5000)] | None = None
    agent: LiveAgentBody | None = None
