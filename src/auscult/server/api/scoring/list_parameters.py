"""Parameters of the list of conversations: filters by result, length and talk, the order, and its cursors."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from auscult.domain.ai_agents.context import HandledBy
from auscult.domain.insight import Resolution, SentimentLabel
from auscult.domain.record import RowKey
from auscult.domain.scoring.list_fields import LEAST_SCORE, LONGEST_S, MOST_SCORE, ListFields, Order, Sides, ThreadState
from auscult.server.rest.cursors import of_another_order, read_cursor, write_cursor
from auscult.server.rest.parameters import NOT_EMPTY, each_once, query, repeated

Resolved = Literal["YES", "NO", "NA", "true", "false"]
_RESOLVED: Mapping[str, Resolution] = {"YES": "YES", "NO": "NO", "NA": "NA", "true": "YES", "false": "NO"}
Excluded = Literal["false", "true", "both"]
_EXCLUDED: Mapping[Excluded, bool | None] = {"false": False, "true": True, "both": None}

Sort = Annotated[
    Order,
    query(
        "The order: the least first, with a minus the greatest first. `sentiment` has the unhappiest first, "
        "`confidence` those that the machine is least sure of. Conversations without the number are last."
    ),
]

Topics = Annotated[
    tuple[str, ...], repeated("Only those with this topic of a taxonomy, behind those above it: `Cards > Lost`.")
]
Comments = Annotated[
    tuple[ThreadState, ...],
    repeated("Only those with a thread of comments in this state, as far as the caller reads it."),
]
Changed = Annotated[
    bool | None,
    query("Only those of AI agents in which a tool that changes something ran without failing, or in which none did."),
]
Handlers = Annotated[
    tuple[HandledBy, ...],
    repeated(
        "Only those that an AI agent led alone (`ai`), a person alone (`human`), or one after the other (`both`)."
    ),
]
Agents = Annotated[tuple[str, ...], repeated("Only those in which this AI agent took part, by id or name.")]
Versions = Annotated[
    tuple[str, ...], repeated("Only those with this version of an AI agent; of `ai_agent` where it is given.")
]

Languages = Annotated[tuple[str, ...], repeated("Only those in this language, `de`, in whatever region.")]
IsRepeated = Annotated[
    Literal["true"] | None,
    query("Only those of a customer who had one in the seven days before, about an `intent` where one is given."),
]
Pins = Annotated[
    tuple[str, ...], repeated("Only those with a moment pinned to this collection, by id, or with `any` to one.")
]

Words = Annotated[
    str | None,
    query(
        'Only those in which this was said: words, `"phrases"`, `-without`, `agent:word`, `customer:word`, '
        "`beginning*`. Of a search at most 10,000 are counted; then `total` is one more.",
        schema_extra=NOT_EMPTY | {"pattern": r"\w"},
    ),
]
OfSides = Annotated[
    tuple[Sides, ...],
    repeated(
        "Only those whose sides are unknown, contradicted by the words, or found in them where the file has none."
    ),
]


def list_fields(
    sentiment: Annotated[tuple[SentimentLabel, ...], repeated("Only those whose customer felt like this.")] = (),
    escalation: Annotated[bool | None, query("Only those in which an escalation was observed, or was not.")] = None,
    churn_risk: Annotated[bool | None, query("Only those in which a risk of churn was observed, or was not.")] = None,
    resolved: Annotated[
        tuple[Resolved, ...],
        repeated("Only those whose request was met, or not, or that had none; `true` is YES, `false` is NO."),
    ] = (),
    sides: OfSides = (),
    score_from: Annotated[int | None, query("Only this score or a higher one.", ge=LEAST_SCORE, le=MOST_SCORE)] = None,
    score_to: Annotated[int | None, query("Only this score or a lower one.", ge=LEAST_SCORE, le=MOST_SCORE)] = None,
    duration_from: Annotated[
        int | None, query("Only those at least this many seconds long.", ge=0, le=LONGEST_S)
    ] = None,
    duration_to: Annotated[int | None, query("Only those at most this many seconds long.", ge=0, le=LONGEST_S)] = None,
    topic: Topics = (),
    comments: Comments = (),
    pinned: Pins = (),
    excluded: Annotated[
        Excluded, query("Those that figures count (`false`), only those that figures leave out (`true`), or `both`.")
    ] = "false",
    handled_by: Handlers = (),
    ai_agent: Agents = (),
    ai_version: Versions = (),
    changed: Changed = None,
    language: Languages = (),
    repeated: IsRepeated = None,
) -> ListFields:
    """Return the filters of a request. Raises ``RequestError`` ``range.reversed``."""
    return ListFields(
        score_from=score_from,
        score_to=score_to,
        duration_from=duration_from,
        duration_to=duration_to,
        sentiment=each_once(sentiment),
        escalation=escalation,
        churn_risk=churn_risk,
        resolved=each_once(_RESOLVED[each] for each in resolved),
        sides=each_once(sides),
        topic=each_once(topic),
        comments=each_once(comments),
        pinned=each_once(pinned),
        excluded=_EXCLUDED[excluded],
        handled_by=each_once(handled_by),
        ai_agent=each_once(ai_agent),
        ai_version=each_once(ai_version),
        changed=changed,
        language=each_once(language),
        repeated=repeated is not None,
    ).checked()


class _Cursor(NamedTuple):
    """Key of the last row, and the order that it is a key of."""

    started_ms: int
    id: str
    listing: int = 0
    figure: int | None = None
    sort: Order = "started_at"


def read_after(cursor: str | None, sort: Order) -> RowKey | None:
    """Read the key of the last row. Raises ``RequestError`` ``cursor.unreadable``, also for one of another order."""
    given = read_cursor(cursor, _Cursor)
    if given is None:
        return None
    if given.sort != sort:
        raise of_another_order(cursor, given.sort)
    return RowKey(given.started_ms, given.id, given.listing, given.figure)


def write_after(last: RowKey, sort: Order) -> str:
    """Return the cursor of the rows behind this key; that of the usual order does not name it."""
    return write_cursor(*last[:3]) if sort == "started_at" else write_cursor(*last, sort)
