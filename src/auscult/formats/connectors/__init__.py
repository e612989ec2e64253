"""SHELF: formats of connectors: an item of a place to conversations, by the name that a connector's document has."""

from auscult.domain.connectors.contract import Mapper
from auscult.formats.connectors.amazon_connect_evaluations import AmazonConnectEvaluations
from auscult.formats.connectors.amazon_contact_lens import AmazonContactLens
from auscult.formats.connectors.described import Described
from auscult.formats.connectors.documents import Native, VCon
from auscult.formats.connectors.express import Express
from auscult.formats.connectors.genesys import Genesys, GenesysCloud
from auscult.formats.connectors.google_ccai import GoogleCcai
from auscult.formats.connectors.intercom import Intercom
from auscult.formats.connectors.twilio import Twilio
from auscult.formats.connectors.zendesk import ZendeskQa, ZendeskTickets
from auscult.formats.connectors.zoom import ZoomContactCenter

__all__ = ["FORMATS"]

FORMATS: dict[str, type[Mapper]] = {
    "native": Native,
    "vcon": VCon,
    "amazon-contact-lens": AmazonContactLens,
    "amazon-connect-evaluations": AmazonConnectEvaluations,
    "genesys": Genesys,
    "genesys-cloud": GenesysCloud,
    "google-ccai": GoogleCcai,
    "intercom": Intercom,
    "kore-express": Express,
    "twilio": Twilio,
    "zendesk-qa": ZendeskQa,
    "zendesk-tickets": ZendeskTickets,
    "zoom-contact-center": ZoomContactCenter,
    "described": Described,
}
"""Every format, in the order in which messages list them."""
