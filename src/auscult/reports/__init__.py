"""SHELF: the vendor-compatible reporting APIs, one file each, spelling faults included.

A report turns a request into a ``RecordQuery``, a ``Record`` into the bytes of one row, and rows into the bytes of a
page. Rows are rendered once, when a conversation is recorded; a page is a join of them.
"""

from collections.abc import Mapping

from auscult.reports._contract import Report
from auscult.reports.aaconversation import AssistConversations
from auscult.reports.account_rawdata import AccountRawData
from auscult.reports.calldetails import CallDetails
from auscult.reports.rawdata import RawData
from auscult.reports.scorereporting import ScoreReporting

REPORTS: Mapping[str, Report] = {
    "scorereporting": ScoreReporting(),
    "rawdata": RawData(),
    "account_rawdata": AccountRawData(),
    "calldetails": CallDetails(),
    "aaconversation": AssistConversations(),
}
