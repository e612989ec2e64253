"""Files of vendors' formats: how each is recognised."""

from collections.abc import Callable
from typing import Any

from auscult.domain.connectors.contract import Mapper
from auscult.formats._others.heads import first_of
from auscult.formats.vendors._content import VendorReader, VendorTableReader
from auscult.formats.vendors.amazon_connect_evaluations import AmazonConnectEvaluations
from auscult.formats.vendors.amazon_contact_lens import AmazonContactLens
from auscult.formats.vendors.express import Express
from auscult.formats.vendors.genesys import Genesys, GenesysCloud
from auscult.formats.vendors.google_ccai import GoogleCcai
from auscult.formats.vendors.intercom import Intercom
from auscult.formats.vendors.twilio import Twilio
from auscult.formats.vendors.zendesk import ZendeskQa, ZendeskTickets
from auscult.formats.vendors.zoom import ZoomContactCenter

Record = dict[str, Any]


def _row(title: str, mapper: type[Mapper], *keys: str, by: Callable[[Record], bool] | None = None) -> VendorReader:
    """Return a row of a vendor's format, which is recognised by all of these keys, or ``by`` its record."""
    wanted = frozenset(keys)
    return VendorReader(title, mapper, wanted, by or wanted.issubset, _OTHERS.get(mapper.name, ()))


_OTHERS = {
    AmazonContactLens.name: (
        "https://github.com/service-cloud-voice/ServiceCloudVoiceLambdas/blob/master/contactDataSync/awsUtils.js",
    ),
    Genesys.name: (
        "https://github.com/MakingChatbots/genesys-cloud-mcp-server/tree/main/src/tools/conversationTranscription",
    ),
    GenesysCloud.name: (
        "https://github.com/estuary/connectors/blob/main/source-genesys/source_genesys/models.py",
        "https://github.com/GoogleCloudPlatform/conversational-insights-devkit/tree/main/src/workflow/utils/schemas",
    ),
    GoogleCcai.name: ("https://github.com/koverholt/ccai-insights-sample-data",),
    Intercom.name: ("https://github.com/singer-io/tap-intercom/tree/master/tap_intercom/schemas",),
    Twilio.name: ("https://github.com/PipedreamHQ/pipedream/tree/master/components/twilio/actions/get-transcripts",),
    ZendeskTickets.name: ("https://github.com/singer-io/tap-zendesk/tree/master/tap_zendesk/schemas",),
}
"""Samples and schemas by others than the vendor; formats without them have those of one maker alone."""


def _is_ccai(record: Record) -> bool:
    is_chat = {"start_timestamp_usec", "startTimestampUsec"} & first_of(record, "entries").keys()
    return bool(is_chat or {"transcriptSegments", "transcript_segments"} & first_of(record, "transcript").keys())


def _is_intercom(record: Record) -> bool:
    return "conversation_parts" in (first_of(record, "conversations") or record)


def _is_ticket(record: Record) -> bool:
    return {"ticket", "comments"} <= (first_of(record, "tickets") or record).keys()


def _is_import(record: Record) -> bool:
    return "comments" in first_of(record, "data") or {"assigneeEmail", "comments"} <= record.keys()


FILES: tuple[VendorReader, ...] = (
    _row("Contact Lens JSON", AmazonContactLens, "Transcript", "Participants"),
    _row("an evaluation of Amazon Connect", AmazonConnectEvaluations, "evaluationId", "questions"),
    _row("a Genesys Cloud conversation", GenesysCloud, "conversation", "transcripts"),
    _row("a Genesys transcript", Genesys, "conversationId", "transcripts"),
    _row("a conversation of Google CCAI", GoogleCcai, "entries", "conversation_info", "transcript", by=_is_ccai),
    _row("an Intercom conversation", Intercom, "source", "conversation_parts", "conversations", by=_is_intercom),
    _row("a Twilio transcript", Twilio, "transcript", "sentences"),
    _row("a Zendesk ticket", ZendeskTickets, "ticket", "tickets", "comments", "users", by=_is_ticket),
    _row("an import of Zendesk QA", ZendeskQa, "data", by=_is_import),
    _row("a Zoom engagement", ZoomContactCenter, "engagement", "messages"),
)
_EXPRESS = frozenset(("conversationId", "channelType", "transcriptPath"))
EXPRESS = VendorTableReader("a batch upload of Kore's Quality AI Express", Express, _EXPRESS, _EXPRESS.issubset)
