"""Files of vendors' formats: how each is recognised."""

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


def _with(title: str, mapper: type[Mapper], *keys: str) -> VendorReader:
    """Return a row of a vendor's format that is recognised by these keys."""
    wanted = frozenset(keys)

    def has_all(record: Record) -> bool:
        return wanted <= record.keys()

    return VendorReader(title, mapper, wanted, has_all)


def _is_ccai(record: Record) -> bool:
    is_chat = "start_timestamp_usec" in first_of(record, "entries")
    return is_chat or "transcriptSegments" in first_of(record, "transcript")


def _is_intercom(record: Record) -> bool:
    return "conversation_parts" in (first_of(record, "conversations") or record)


def _is_ticket(record: Record) -> bool:
    return {"ticket", "comments"} <= (first_of(record, "tickets") or record).keys()


def _is_import(record: Record) -> bool:
    return "comments" in first_of(record, "data")


def _is_none(record: Record) -> bool:
    del record
    return False


FILES: tuple[VendorReader, ...] = (
    _with("Contact Lens JSON", AmazonContactLens, "Transcript", "Participants"),
    _with("an evaluation of Amazon Connect", AmazonConnectEvaluations, "evaluationId", "questions"),
    _with("a Genesys Cloud conversation", GenesysCloud, "conversation", "transcripts"),
    _with("a Genesys transcript", Genesys, "conversationId", "transcripts"),
    VendorReader(
        "a conversation of Google CCAI",
        GoogleCcai,
        frozenset(("entries", "conversation_info", "transcript")),
        _is_ccai,
    ),
    VendorReader(
        "an Intercom conversation",
        Intercom,
        frozenset(("source", "conversation_parts", "conversations")),
        _is_intercom,
    ),
    _with("a Twilio transcript", Twilio, "transcript", "sentences"),
    VendorReader(
        "a Zendesk ticket",
        ZendeskTickets,
        frozenset(("ticket", "tickets", "comments", "users")),
        _is_ticket,
    ),
    VendorReader(
        "an import of Zendesk QA",
        ZendeskQa,
        frozenset(("data",)),
        _is_import,
    ),
    _with("a Zoom engagement", ZoomContactCenter, "engagement", "messages"),
)
EXPRESS = VendorTableReader(
    "a batch upload of Kore's Quality AI Express",
    Express,
    frozenset(("conversationId", "channelType", "transcriptPath")),
    _is_none,
)
