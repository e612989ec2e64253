"""The rows of call details (docs/reference/vendor-samples.md): of contacts that went on to people, and of those that the bot closed alone.

Times are shown in UTC, in whole seconds, without a zone; ``moved`` shows a row in another one. Durations are seconds
between times as they are shown, so that who subtracts finds the same.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from auscult.domain.contact import Contact, Destination, Segment, Tag
from auscult.domain.errors import sent
from auscult.domain.record import Record
from auscult.domain.tenancy import Wire
from auscult.reports._rows import known, row_of
from auscult.reports._rows.stays import destinations_of

_At = Annotated[str | UnsetType, Meta(extra_json_schema={"examples": ["2026-03-23T10:17:54"]})]
_Seconds = Annotated[int, Meta(ge=0, description="In seconds.")] | UnsetType
_Text = str | UnsetType
_Texts = tuple[str, ...] | UnsetType
_Object = dict[str, Any] | UnsetType

_encode = msgspec.json.Encoder(enc_hook=sent).encode
_BESIDE = msgspec.json.Decoder(tuple[Raw, dict[str, Raw]])
_ROW = msgspec.json.Decoder(dict[str, Raw])
_ROWS = msgspec.json.Decoder(list[dict[str, Raw]])
_STAYS = msgspec.json.Decoder(list[dict[str, Raw] | None])
_ANSWERED = "respondingAgent"


class ConsultationRow(Struct, frozen=True, kw_only=True):
    """Agent consulted by the responding agent."""

    is_merged: bool | UnsetType = field(name="isMerged", default=UNSET)
    name: _Text = UNSET
    accepted_at: _At = field(name="acceptedTime", default=UNSET)
    assigned_at: _At = field(name="assignedAt", default=UNSET)
    ended_at: _At = field(name="consultingEndTime", default=UNSET)


class MissedRow(Struct, frozen=True, kw_only=True):
    """An agent who did not take the contact."""

    agent_id: _Text = field(name="agentId", default=UNSET)
    email: _Text = UNSET
    name: _Text = UNSET
    assigned_at: _At = field(name="assignedAt", default=UNSET)
    event: _Text = field(name="nonResponseEvent", default=UNSET)


class SegmentRow(Struct, frozen=True, kw_only=True):
    """A stay with an agent."""

    agent_id: _Text = field(name="agentId", default=UNSET)
    notes: tuple[str, ...] = field(name="agentNotes")
    destination_type: Literal["AgentSegment"] = field(name="destinationType", default="AgentSegment")
    status: str
    first_response_at: _At = field(name="firstResponseTime", default=UNSET)
    first_response_s: _Seconds = field(name="firstResponseDuration", default=UNSET)
    ended_at: _At = field(name="interactionEndTime", default=UNSET)
    interaction_s: _Seconds = field(name="interactionDuration", default=UNSET)
    hold_s: _Seconds = field(name="holdDuration", default=UNSET)
    after_call_work_s: _Seconds = field(name="afterCallWorkDuration", default=UNSET)
    after_call_work_ended_at: _At = field(name="afterCallWorkEndTime", default=UNSET)
    consulting_agents: tuple[ConsultationRow, ...] = field(name="ConsultingAgents")
    joined_users: tuple[dict[str, Any], ...] = field(name="JoinedUsers")
    email: _Text = UNSET
    name: _Text = UNSET
    accepted_at: _At = field(name="acceptedTime", default=UNSET)
    assigned_at: _At = field(name="assignedAt", default=UNSET)


class QueueEntryRow(Struct, frozen=True, kw_only=True):
    """A queue that the contact entered, with who answered there and who did not."""

    destination_type: Literal["QueueEntry"] = field(name="destinationType", default="QueueEntry")
    queue_id: _Text = field(name="queueId", default=UNSET)
    queue_name: _Text = field(name="queueName", default=UNSET)
    entered_at: _At = field(name="EnterTime", default=UNSET)
    responding_agent: SegmentRow | UnsetType = field(name="respondingAgent", default=UNSET)
    non_responding_agents: tuple[MissedRow, ...] | UnsetType = field(name="nonRespondingAgents", default=UNSET)
    is_callback: bool | UnsetType = field(name="CallbackOpted", default=UNSET)
    callback_opted_at: _At = field(name="CallbackOptedTime", default=UNSET)
    callback_initiated_at: _At = field(name="CallbackInitiatedTime", default=UNSET)
    callback_accepted_at: _At = field(name="userCallbackAcceptTime", default=UNSET)
    external_transfer_at: _At = field(name="ExternalTransferTime", default=UNSET)
    external_transfer_to: _Text = field(name="ExternalTransferDestination", default=UNSET)


class Row(Struct, frozen=True, kw_only=True):
    """A contact that went on to people."""

    id: str = field(name="conversationId")
    session_id: _Text = field(name="sessionId", default=UNSET)
    channel: str
    is_voicemail: Literal["YES", "NO"] | UnsetType = field(name="isVoicemail", default=UNSET)
    direction: Literal["Inbound", "Outbound"] = field(name="Direction")
    final_status: _Text = field(name="finalStatus", default=UNSET)
    smart_status: _Text = field(name="smartStatus", default=UNSET)
    reason: _Text = field(name="Reason", default=UNSET)
    bot_id: str = field(name="botId")
    dispositions: _Texts = UNSET
    disposition_remarks: _Texts = field(name="dispositionRemarks", default=UNSET)
    meta_info: _Object = field(name="metaInfo", default=UNSET)
    session_started_at: _At = field(name="sessionStartTime")
    session_ended_at: _At = field(name="sessionEndTime", default=UNSET)
    channel_specific_user_id: _Text = field(name="channelSpecificUserId", default=UNSET)
    user_id: _Text = field(name="userId", default=UNSET)
    destinations: tuple[Any, ...]  # QueueEntryRow or SegmentRow, which as a union cannot have their keys in this order


class BotRow(Struct, frozen=True, kw_only=True):
    """A contact that the bot closed alone. Such a row has no ``conversationId``, and a ``reason`` in small letters."""

    session_id: _Text = field(name="sessionId", default=UNSET)
    channel: str
    session_started_at: _At = field(name="sessionStartTime")
    session_ended_at: _At = field(name="sessionEndTime", default=UNSET)
    bot_id: str = field(name="botId")
    user_id: _Text = field(name="userId", default=UNSET)
    channel_specific_user_id: _Text = field(name="channelSpecificUserId", default=UNSET)
    org_id: str = field(name="orgId")
    smart_status: _Text = field(name="smartStatus", default=UNSET)
    reason: _Text = UNSET
    final_status: _Text = field(name="finalStatus", default=UNSET)
    meta_info: _Object = field(name="metaInfo", default=UNSET)


class Closing(Struct, frozen=True, kw_only=True):
    """End of a row of either kind; only the app is always there."""

    survey_type: Literal["csat", "nps", "likeDislike"] | UnsetType = field(name="surveyType", default=UNSET)
    csat_score: int | UnsetType = field(name="csatScore", default=UNSET)
    nps_score: int | UnsetType = field(name="npsScore", default=UNSET)
    like_dislike_score: int | UnsetType = field(name="likeDislikeScore", default=UNSET)
    csat_feedback: _Text = field(name="csatFeedback", default=UNSET)
    disconnecting_event: _Text = field(name="disconnectingEvent", default=UNSET)
    error_details: _Text = field(name="errorDetails", default=UNSET)
    automation_bot_ids: _Texts = field(name="automationBotIDs", default=UNSET)
    app_id: str = field(name="appId")


class Selectable(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of a row that a request selects, under the names that select them."""

    customerinfo: _Object = UNSET
    userleveltags: tuple[Tag, ...] | UnsetType = UNSET
    sessionleveltags: tuple[Tag, ...] | UnsetType = UNSET
    campaigninfo: _Object = UNSET


class LaterSelectable(Selectable, frozen=True, kw_only=True, omit_defaults=True):
    """Parts of a row that can be selected with the wire 2026-10."""

    skills: tuple[str | dict[str, Any], ...] | UnsetType = UNSET


class Stored(LaterSelectable, frozen=True, kw_only=True, omit_defaults=True):
    """Parts that are stored behind a row. ``stays`` has what the wire 2026-10 adds to each destination, in order."""

    stays: tuple["LaterSegment | None", ...] | UnsetType = UNSET


class LaterSegment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Additions of the wire 2026-10 to a stay with an agent; ``snoozeinfo`` where it is selected."""

    snoozeinfo: tuple[dict[str, Any], ...] | UnsetType = UNSET
    is_translated: bool | UnsetType = field(name="agentChoseTranslate", default=UNSET)


SELECTABLE = Selectable.__struct_encode_fields__
LATER_SELECTABLE = (*LaterSelectable.__struct_encode_fields__, "snoozeinfo")
_TIMES = frozenset(
    each.encode_name
    for kind in (Row, QueueEntryRow, SegmentRow, MissedRow, ConsultationRow)
    for each in msgspec.structs.fields(kind)
    if each.name.endswith("_at")
)
_OPAQUE = frozenset({"metaInfo", "JoinedUsers", "snoozeinfo"})


def render(record: Record) -> bytes:
    """Render a contact: the row, or an array of the row and the parts that can be selected."""
    contact = record.conversation.contact or Contact()
    row = _bot_row(record, contact) if contact.is_bot_only else _row(record, contact)
    whole = _joined(_encode(row), _encode(_closing(record, contact)))
    stays = () if contact.is_bot_only else tuple(map(_later, destinations_of(record.conversation)))
    more = Stored(
        customerinfo=known(contact.customer_info),
        userleveltags=known(contact.user_level_tags),
        sessionleveltags=known(contact.session_level_tags),
        campaigninfo=known(contact.campaign_info),
        skills=known(contact.skills),
        stays=stays if any(stays) else UNSET,
    )
    beside = _encode(more)
    return whole if beside == b"{}" else b"[%b,%b]" % (whole, beside)


def shown(row: bytes, selected: frozenset[str], west: int, wire: Wire = "off") -> bytes:
    """Return a rendered row as a page shows it: the selected parts, in the zone ``west`` minutes west of UTC."""
    if row.startswith(b"["):
        base, beside = _BESIDE.decode(row)
        stays = beside.pop("stays", None)
        wanted = {name: value for name, value in beside.items() if name in selected}
        whole = bytes(base) if wire == "off" or stays is None else _with_stays(base, stays, selected)
        whole = moved(whole, west) if west else whole
        return _joined(whole, _encode(wanted)) if wanted else whole
    return moved(row, west) if west else row


def moved(row: bytes, west: int) -> bytes:
    """Return a row with every time of ours in the zone ``west`` minutes west of UTC."""
    return _encode(_moved(msgspec.json.decode(row), timedelta(minutes=west)))


def schemas(template: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """JSON Schemas of both kinds of row, each whole, and of what they refer to."""
    kinds = (Row, BotRow, Closing, LaterSelectable, LaterSegment, QueueEntryRow, SegmentRow)
    refs, found = msgspec.json.schema_components(kinds, ref_template=template)
    found[Row.__name__]["properties"]["destinations"]["items"] = {"anyOf": list(refs[-2:])}
    for kind in (Row, BotRow):
        for more in (Closing, LaterSelectable):
            found[kind.__name__]["properties"] |= found[more.__name__]["properties"]
            found[kind.__name__]["required"] += found[more.__name__]["required"]
    found[SegmentRow.__name__]["properties"] |= found[LaterSegment.__name__]["properties"]
    del found[Closing.__name__], found[LaterSelectable.__name__], found[LaterSegment.__name__]
    return list(refs[:2]), found


def _with_stays(row: Raw, stays: Raw, selected: frozenset[str]) -> bytes:
    """Return a row with what the later wire adds to its stays with agents."""
    shown = _ROW.decode(row)
    destinations = _ROWS.decode(shown["destinations"])
    for destination, more in zip(destinations, _STAYS.decode(stays), strict=True):
        added = {name: value for name, value in (more or {}).items() if name != "snoozeinfo" or name in selected}
        if added and _ANSWERED in destination:
            destination[_ANSWERED] = Raw(_encode(_ROW.decode(destination[_ANSWERED]) | added))
        else:
            destination.update(added)
    return _encode(shown | {"destinations": destinations})


def _later(destination: Destination) -> LaterSegment | None:
    segment = destination.responding_agent
    if segment is None or (segment.snoozes is None and segment.is_translated is None):
        return None
    return LaterSegment(snoozeinfo=known(segment.snoozes), is_translated=known(segment.is_translated))


def _joined(first: bytes, second: bytes) -> bytes:
    """One object of two, neither of which is empty."""
    return b"%b,%b" % (first[:-1], second[1:])


def _moved(value: object, by: timedelta) -> object:
    if isinstance(value, list):
        return [_moved(each, by) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    row = cast("dict[str, Any]", value)
    return {
        key: each if key in _OPAQUE else _moved_time(each, by) if key in _TIMES else _moved(each, by)
        for key, each in row.items()
    }


def _moved_time(time: str, by: timedelta) -> str:
    try:
        return (datetime.fromisoformat(time) - by).isoformat()
    except OverflowError:  # at either end of the calendar
        return time


def _row(record: Record, contact: Contact) -> Row:
    conversation = record.conversation
    remarks = ("-",) if contact.dispositions and contact.disposition_remarks is None else contact.disposition_remarks
    customer = conversation.customer
    return row_of(
        Row,
        contact,
        _at,
        id=conversation.id,
        channel=conversation.channel_names[0],
        is_voicemail=UNSET if contact.is_voicemail is None else "YES" if contact.is_voicemail else "NO",
        direction="Inbound" if conversation.direction == "inbound" else "Outbound",
        bot_id=record.tenant.app_id,
        disposition_remarks=known(remarks),
        session_started_at=_at(contact.session_started_at or conversation.started_at),
        session_ended_at=_at(contact.session_ended_at or conversation.ended_at),
        user_id=known(contact.user_id or (customer and customer.id)),
        destinations=tuple(_destination(each) for each in destinations_of(conversation)),
    )


def _bot_row(record: Record, contact: Contact) -> BotRow:
    conversation = record.conversation
    customer = conversation.customer
    return row_of(
        BotRow,
        contact,
        _at,
        channel=conversation.channel_names[0],
        session_started_at=_at(contact.session_started_at or conversation.started_at),
        session_ended_at=_at(contact.session_ended_at or conversation.ended_at),
        bot_id=record.tenant.app_id,
        user_id=known(contact.user_id or (customer and customer.id)),
        org_id=record.tenant.org_id,
    )


def _closing(record: Record, contact: Contact) -> Closing:
    survey = contact.survey
    scores = {} if survey is None else {survey.type: known(survey.score)}
    return row_of(
        Closing,
        contact,
        _at,
        survey_type=UNSET if survey is None else survey.type,
        csat_score=scores.get("csat", UNSET),
        nps_score=scores.get("nps", UNSET),
        like_dislike_score=scores.get("likeDislike", UNSET),
        csat_feedback=UNSET if survey is None else known(survey.feedback),
        app_id=record.tenant.app_id,
    )


def _destination(destination: Destination) -> QueueEntryRow | SegmentRow:
    segment = destination.responding_agent
    if not destination.is_queue:
        return _segment(segment or Segment())
    missed = tuple(row_of(MissedRow, each, _at) for each in destination.non_responding_agents)
    return row_of(
        QueueEntryRow,
        destination,
        _at,
        responding_agent=UNSET if segment is None else _segment(segment),
        non_responding_agents=missed or UNSET,
    )


def _segment(segment: Segment) -> SegmentRow:
    return row_of(
        SegmentRow,
        segment,
        _at,
        status=segment.status or "Answered",
        first_response_s=_seconds(segment.accepted_at, segment.first_response_at),
        interaction_s=_seconds(segment.accepted_at, segment.ended_at),
        hold_s=UNSET if segment.hold_ms is None else (segment.hold_ms + 500) // 1000,
        after_call_work_s=_seconds(segment.ended_at, segment.after_call_work_ended_at),
        consulting_agents=tuple(row_of(ConsultationRow, each, _at) for each in segment.consulting_agents),
    )


def _at(at: datetime | None) -> str | UnsetType:
    return UNSET if at is None else at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _seconds(start: datetime | None, end: datetime | None) -> int | UnsetType:
    """Seconds between two times as they are shown; unknown where one is, or where they are the wrong way round."""
    if start is None or end is None or end < start:
        return UNSET
    return (end.replace(microsecond=0) - start.replace(microsecond=0)) // timedelta(seconds=1)
