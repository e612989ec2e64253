"""SHELF: formats of connectors: an item of a place to conversations, by the name that a connector's document has."""

from auscult.domain.connectors.contract import Mapper
from auscult.formats.tables._described import Described
from auscult.formats.vendors.amazon_connect_evaluations import AmazonConnectEvaluations
from auscult.formats.vendors.amazon_contact_lens import AmazonContactLens
from auscult.formats.vendors.documents import Native, VCon
from auscult.formats.vendors.express import Express
from auscult.formats.vendors.genesys import Genesys, GenesysCloud
from auscult.formats.vendors.google_ccai import GoogleCcai
from auscult.formats.vendors.intercom import Intercom
from auscult.formats.vendors.twilio import Twilio
from auscult.formats.vendors.zendesk import ZendeskQa, ZendeskTickets
from auscult.formats.vendors.zoom import ZoomContactCenter

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
