"""The talk and the ``assist`` part of a native document, out of a row of assist conversations."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from auscult.client import parsing
from auscult.client.exporting import Row

_SPEAKERS = {"AGENT": "agent", "USER": "customer", "BOT": "bot", "SYSTEM": "system"}
_MS = timedelta(milliseconds=1)


def parts_of(row: Row, started_at: datetime, lost: Counter[str]) -> dict[str, Any]:
    """Return the keys ``turns``, ``customer``, ``language`` and ``assist``, as far as the row has them."""
    items = cast("list[Row]", row.get("messages") or [])
    messages = {str(each["_id"]): each for each in items if each.get("author") and each.get("_id")}
    answers = [each for each in items if each.get("type") == "AGENTIC"]
    lost["messages without author or id, or that came twice"] += len(items) - len(messages) - len(answers)
    turns = [turn for each in messages.values() if (turn := _turn(each, started_at, lost))]
    customer_id = next((_author(each).get("id") for each in messages.values() if _is_customer(each)), None)
    languages = (each.get("lang") for each in messages.values())
    summaries = cast("list[Row]", row.get("summaries") or [])
    lost["when agents came and went, sent with summaries"] += any(_has_stays(each) for each in summaries)
    assist = parsing.known(
        id=row.get("_id"),
        is_external=row.get("isExtAD"),
        is_widget_loaded=row.get("widgetLoaded"),
        session_id=row.get("mbSessionId"),
        user_id=row.get("mbUserId"),
    )
    parts: Mapping[str, list[dict[str, Any]]] = {
        "messages": [_message(messages[turn["id"]]) for turn in turns],
        "suggestions": [_suggestion(each) for each in answers],
        "searches": [_suggestion(each) for each in cast("list[Row]", row.get("searchHistory") or [])],
        "summaries": [_summary(each) for each in summaries],
        "feedback": [_feedback(each) for each in cast("list[Row]", row.get("widgetFeedbacks") or [])],
    }
    document: dict[str, Any] = {
        "language": next((each for each in languages if each), None),
        "customer": {"id": customer_id} if customer_id else None,
        "turns": turns or None,
        "assist": assist | {name: part for name, part in parts.items() if part},
    }
    return parsing.known(**document)


def _turn(message: Row, started_at: datetime, lost: Counter[str]) -> dict[str, Any] | None:
    """A turn of a message. Its time is left out where it is before the conversation's."""
    author = _author(message)
    speaker = _SPEAKERS.get(str(author.get("type")))
    if speaker is None:
        lost["messages of somebody who is neither agent, customer, bot nor system"] += 1
        return None
    components = cast("list[Row]", message.get("components") or [])
    texts = [text for each in components if isinstance(text := parsing.inner(each, "data").get("text"), str)]
    lost["parts of messages that are no text"] += len(components) - len(texts)
    created_on = message.get("createdOn")
    start_ms = None if created_on is None else round((parsing.instant(created_on) - started_at) / _MS)
    if start_ms is not None and start_ms < 0:
        lost["times of messages before their conversation began"] += 1
        start_ms = None
    return parsing.known(
        id=message["_id"],
        speaker=speaker,
        agent_id=None if speaker == "customer" else author.get("id"),
        start_ms=start_ms,
        text="\n".join(texts),
    )


def _message(message: Row) -> dict[str, Any]:
    """Return the record of how a message reached the assistant."""
    components = cast("list[Row]", message.get("components") or [{}])
    return parsing.known(
        turn_id=message["_id"],
        component_id=components[0].get("_id"),
        received_at=message.get("timestampValue"),
        modified_at=message.get("lmodifiedOn"),
        ire=message.get("ire"),
    )


def _suggestion(answer: Row) -> dict[str, Any]:
    """Return an answer of the assistant."""
    said = parsing.inner(answer, "components")
    return parsing.known(
        id=answer.get("_id"),
        request_id=answer.get("requestId"),
        received_at=answer.get("timestampValue"),
        requested_at=answer.get("requestedAt"),
        responded_at=answer.get("respondedAt"),
        language=answer.get("language"),
        query=answer.get("query"),
        component_id=said.get("_id"),
        text=parsing.inner(said, "data").get("text"),
        triggering_turn_id=answer.get("triggeringMessageId"),
        is_sent=answer.get("isSent"),
        is_copied=answer.get("isCopied"),
        is_override=answer.get("isOverride"),
        session=answer.get("sessionInfo"),  # its keys are read as they are
        feedback=_feedback(answer["feedbackInfo"]) if answer.get("feedbackInfo") else None,
    )


def _summary(summary: Row) -> dict[str, Any]:
    seconds = summary.get("generationTimeInSecs")
    return parsing.known(
        id=summary.get("summaryId"),
        agent=_agent(summary.get("participant")),
        text=summary.get("summary"),
        edited_text=summary.get("editedSummary"),
        type=summary.get("type"),
        generation_ms=None if seconds is None else round(float(seconds) * 1000),
        feedback=_feedback(summary["feedbackInfo"]) if summary.get("feedbackInfo") else None,
    )


def _feedback(feedback: Row) -> dict[str, Any]:
    return parsing.known(
        agent=_agent(feedback.get("agentDetails")),
        value=feedback.get("feedback"),
        comment=feedback.get("comment"),
        details=feedback.get("feedbackDetails"),
    )


def _agent(agent: Row | None) -> dict[str, Any] | None:
    return None if agent is None else parsing.known(id=agent.get("identity"), name=agent.get("name"))


def _author(message: Row) -> Row:
    return parsing.inner(message, "author")


def _is_customer(message: Row) -> bool:
    return _author(message).get("type") == "USER" and bool(_author(message).get("id"))


def _has_stays(summary: Row) -> bool:
    participant = parsing.inner(summary, "participant")
    return bool(participant.get("startTime") or participant.get("endTime"))
