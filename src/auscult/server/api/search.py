"""The one search over HTTP."""

from typing import Annotated

from auscult.domain.search import LONGEST, GroupName, SearchResult
from auscult.server.rest import operation
from auscult.server.rest.context import App, Basis, Rights, Use
from auscult.server.rest.examples import example
from auscult.server.rest.guards import reading
from auscult.server.rest.parameters import query
from auscult.services.search import Searching

Work = Use[Searching]
example(
    {
        "exact": None,
        "groups": [
            {
                "name": "said",
                "hits": [
                    {
                        "kind": "conversation",
                        "id": "c-7f8b1f0e",
                        "name": "I want the card stopped right now.",
                        "path": "/conversations/c-7f8b1f0e#t-m3",
                        "about": "Mary Sutton, Retail Banking",
                        "at": "2026-03-26T11:26:00Z",
                        "speaker": "customer",
                        "offset_ms": 3000,
                    }
                ],
                "has_more": True,
            }
        ],
    }
)(SearchResult)


def work(app: App, rights: Rights, server: Basis) -> Searching:
    """Return the search of the app for the caller."""
    return Searching(server.store, app, rights)


@operation.get("/search", may=reading("conversations"), refuses={400: "There is nothing to search for, or too much."})
def search(
    work: Work,
    q: Annotated[
        str,
        query(
            "Words that were said, a name, a question, a reason for contact, an id, or a link of the console.",
            min_length=1,
            max_length=LONGEST,
        ),
    ],
    group: Annotated[GroupName | None, query("Only hits of this group, up to 50; otherwise 3 of each.")] = None,
) -> SearchResult:
    """Search in everything. People, words, forms and questions, reasons for contact, saved views, documentation.

    Only what the caller may open is found. `path` of a hit is its page below the address of the console. Words are
    found as in the list of conversations: `agent:sorry`, `"in this order"`, `-refund`; the last word may go on.
    """
    return work.find(q, group)


ROUTER = operation.router(__name__, work=work)
