"""Join of the five reports' rows about one conversation into a native document. Pure: rows in, a document out.

Nothing is invented: a value that no row has is left out of the document, and a value that the document has no place
for is counted. Keys of ``contact`` are the wire's own, which the native document accepts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from auscult.client import assist_import, parsing
from auscult.client.exporting import Row
from auscult.client.tabular import library

CHANNELS = ("voice", "chat")
QUALITY = ("rawdata", "account_rawdata", "scorereporting")
"""Reports that speak of the same conversation in nearly the same words, the fullest first."""

_WORDS: Mapping[str, str] = {
    "voice": "voice",
    "chat": "chat",
    "rtm": "chat",
    "web/mobileclient": "chat",
}
"""What the contact centre's own words for channels say by themselves, without case and spaces."""

_NOT_OF_THE_CONTACT = frozenset(
    {
        *("conversationId", "botId", "appId", "orgId", "Direction", "channel"),
        *("surveyType", "csatScore", "npsScore", "likeDislikeScore", "csatFeedback"),
    }
)
_SCORES = {"csat": "csatScore", "nps": "npsScore", "likeDislike": "likeDislikeScore"}


class Known(NamedTuple):
    """Knowledge in addition to the rows: ``listed`` are channels under which a report lists it, ``words`` their meanings."""

    listed: Sequence[str] = ()
    words: Mapping[str, str] = {}


class JoinCounts(NamedTuple):
    """Result of a join: the number of values carried over, and of those that are not, by kind."""

    carried: Counter[str]
    lost: Counter[str]
    left_out: Counter[str]


def no_losses() -> JoinCounts:
    """Nothing yet."""
    return JoinCounts(Counter(), Counter(), Counter())


def document_of(id_: str, rows: Mapping[str, Row], known: Known, counts: JoinCounts) -> dict[str, Any] | None:
    """Join one conversation's rows, by the reports' names; None where no document can be made of them, counted why."""
    quality = [rows[name] for name in QUALITY if name in rows]
    call, assist = rows.get("calldetails"), rows.get("aaconversation")
    if call is None and assist is None and "rawdata" not in rows and "scorereporting" not in rows:
        counts.left_out["that only account_rawdata knows, which may be another app's"] += 1
        return None
    channel = _channel(rows, known)
    if channel is None:
        counts.left_out[f"whose channel is not known ({(call or {}).get('channel', 'no word for it')})"] += 1
        return None
    started_at = parsing.first(
        *(parsing.first(row.get("conversationStartTime"), row.get("Conversation Start Time")) for row in quality),
        (assist or {}).get("startTime"),
        (call or {}).get("sessionStartTime"),
    )
    if started_at is None:
        counts.left_out["of which no report says when they began"] += 1
        return None
    document: dict[str, Any] = {
        "id": id_,
        "channel": channel,
        "started_at": started_at,
        **_of_quality(quality),
        **_of_call(call, channel, is_alone=not quality),
        **_direction(rows.get("rawdata"), call),
    }
    if assist is not None:
        document |= assist_import.parts_of(assist, parsing.instant(started_at), counts.lost)
        counts.carried["with what the assistant recorded"] += 1
    language = document.pop("language", None) or _language(quality, counts)
    _drop_early_end(document)
    _count_quality(quality, counts)
    counts.lost["the talk, which no report has for them"] += not document.get("turns")
    return {**document, **({"language": language} if language else {})}


def _channel(rows: Mapping[str, Row], known: Known) -> str | None:
    """Return voice or chat, by the clearest source: assist, the raw data, the filter it was listed under, the word."""
    call = rows.get("calldetails", {})
    said = (
        rows.get("aaconversation", {}).get("experience"),
        rows.get("rawdata", {}).get("channel"),
        known.listed[0] if len(known.listed) == 1 else None,
    )
    plain = next((each for each in said if each in CHANNELS), None)
    word = str(call.get("channel", "")).casefold().replace(" ", "")
    return plain or known.words.get(word) or _WORDS.get(word)


def _of_quality(quality: Sequence[Row]) -> dict[str, Any]:
    """Return the fields of a conversation from the reports on quality, each from the first row that has it."""
    if not quality:
        return {}
    nothing: Row = {}
    account = next((row for row in quality if "Conversation ID" in row), nothing)
    source = account.get("src")
    found = {
        "custom_id": _first(quality, "customConversationId"),
        "source": source if isinstance(source, str) else None,
        "ended_at": parsing.first(_first(quality, "conversationEndTime"), account.get("Conversation End Time")),
        "queues": [
            parsing.known(id=queue["Queue ID"], name=queue.get("Queue Name"))
            for queue in _first(quality, "Queues") or ()
        ],
        "agents": _agents(quality),
        "custom_fields": _first(quality, "custom_fields"),
        "recordings": parsing.known(
            agent=_first(quality, "agentRecordings"), customer=_first(quality, "customerRecordings")
        ),
    }
    return {name: value for name, value in found.items() if value}


def _agents(quality: Sequence[Row]) -> list[dict[str, Any]]:
    """Every agent, with what any of the reports knows of them, in the order of the first."""
    found: dict[str, dict[str, Any]] = {}
    for index, row in enumerate(quality):
        for agent in cast("Iterable[Row]", row.get("Agents") or ()):
            id_ = parsing.first(agent.get("Agent ID"), agent.get("agentId"))
            if id_ is None or (index and found and id_ not in found):
                continue
            known = parsing.known(
                id=id_,
                name=agent.get("Agent Name"),
                email=parsing.first(agent.get("agentEmail"), agent.get("Agent Email")),
                joined_at=agent.get("Agent Start Time"),
            )
            found[id_] = known | found.get(id_, {})
    return list(found.values())


def _of_call(call: Row | None, channel: str, *, is_alone: bool) -> dict[str, Any]:
    """The contact part. Where no report on quality knows the conversation, it ended when its session did."""
    if call is None:
        return {}
    contact = {name: value for name, value in call.items() if name not in _NOT_OF_THE_CONTACT}
    if "conversationId" not in call:
        contact["is_bot_only"] = True
    if call.get("channel") not in (None, channel):
        contact["channel"] = call["channel"]
    survey = call.get("surveyType") or next((kind for kind, key in _SCORES.items() if call.get(key) is not None), None)
    if survey or call.get("csatFeedback"):
        scored = call.get(_SCORES.get(survey or "csat", ""))
        contact["survey"] = parsing.known(type=survey, score=scored, feedback=call.get("csatFeedback"))
    return {"contact": contact, **(parsing.known(ended_at=call.get("sessionEndTime")) if is_alone else {})}


def _direction(raw: Row | None, call: Row | None) -> dict[str, str]:
    """Return the direction, where one was given: a default direction is left out."""
    if raw is not None and raw.get("is_direction_defaulted"):
        return {}
    said = str(parsing.first((raw or {}).get("contact_direction"), (call or {}).get("Direction")) or "").lower()
    return {"direction": said} if said in ("inbound", "outbound") else {}


def _language(quality: Sequence[Row], counts: JoinCounts) -> str | None:
    """The code of the language that the reports name in English."""
    name = _first(quality, "Language")
    if not isinstance(name, str):
        return None
    code = _codes().get(name.casefold())
    counts.lost[f"the language, called {name!r}"] += code is None
    return code


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    """Codes of languages by their English names and by themselves; of several with one name, the shortest."""
    babel = library("babel", "pip install 'auscult-client[moving]'")
    names = cast("Mapping[str, str]", babel.Locale("en").languages)
    by_length = sorted(names, key=lambda code: (-len(code), code))
    return {**{code.casefold(): code for code in names}, **{names[code].casefold(): code for code in by_length}}


def _drop_early_end(document: dict[str, Any]) -> None:
    """Drop an end before the beginning, which results from a session in whole seconds."""
    ended_at = document.get("ended_at")
    if ended_at is not None and parsing.instant(ended_at) < parsing.instant(document["started_at"]):
        del document["ended_at"]


def _count_quality(quality: Sequence[Row], counts: JoinCounts) -> None:
    """Count what this server works out itself."""
    metrics = [metric for row in quality for metric in cast("Iterable[Row]", row.get("Metrics") or ())]
    counts.lost["scores and verdicts, which are made anew here"] += any("Qualification" in each for each in metrics)
    counts.lost["submitted audits"] += _first(quality, "AuditStatus") == "Audited"


def _first(rows: Iterable[Row], name: str) -> Any:  # noqa: ANN401  (whatever stands there)
    """Return the value of the first row that has one."""
    return parsing.first(*(row.get(name) for row in rows))
