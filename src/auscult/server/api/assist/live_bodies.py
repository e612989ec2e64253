"""What operations on live conversations take."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from auscult.domain.assist.live import About, Use

_Key = Annotated[str, Meta(min_length=1, max_length=255)] | None
_Id = Annotated[str, Meta(min_length=1, max_length=255)]


class LiveAgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agent who does it."""

    id: _Id
    name: Annotated[str, Meta(max_length=255)] | None = None


class SearchBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent looks for. The same ``key`` again gives the same answer again."""

    query: Annotated[str, Meta(min_length=1, max_length=2000)]
    agent: LiveAgentBody | None = None
    key: _Key = None


class SummaryBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom a summary is to be written. The same ``key`` again gives the same summary again."""

    agent: LiveAgentBody
    key: _Key = None


class EditBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent makes of a summary."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    agent: LiveAgentBody | None = None


class UseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent did with an answer: sent it to the customer, copied it, or put it aside and sent ``text`` instead."""

    use: Use
    text: Annotated[str, Meta(min_length=1, max_length=20_000)] | None = None
    agent: LiveAgentBody | None = None


class FeedbackBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent thinks: of an answer or a summary, whose id is ``of``, or of the assistant as a whole (the widget).

    ``none`` withdraws what they thought before, with its reasons and its comment.
    """

    about: About
    of: _Key = None
    value: Literal["like", "dislike", "none"]
    reasons: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    comment: Annotated[str, Meta(max_length=5000)] | None = None
    agent: LiveAgentBody | None = None
