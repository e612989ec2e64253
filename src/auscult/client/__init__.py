"""ROOM: a client of the five reporting APIs, of any server, and of our own API.

It needs a host and credentials, and nothing else of this package but the names in ``domain``.
"""

from auscult.client.assist_rows import AssistRow
from auscult.client.client import Client
from auscult.client.connection import Access, Connection, RemoteError
from auscult.client.exporting import Page, Place, Row
from auscult.client.file_sink import ExportRequest, saving
from auscult.client.migration import PARTS, Moving
from auscult.client.rows import AccountRawDataRow, CallDetailsRow, RawDataRow, ScoreRow
from auscult.client.tabular import Rows
from auscult.client.vendor_import import CHANNELS, JoinCounts, no_losses
from auscult.client.wire import WIRE

__all__ = [
    "CHANNELS",
    "PARTS",
    "WIRE",
    "Access",
    "AccountRawDataRow",
    "AssistRow",
    "CallDetailsRow",
    "Client",
    "Connection",
    "ExportRequest",
    "JoinCounts",
    "Moving",
    "Page",
    "Place",
    "RawDataRow",
    "RemoteError",
    "Row",
    "Rows",
    "ScoreRow",
    "no_losses",
    "saving",
]
