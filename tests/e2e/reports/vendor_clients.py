"""Small clients of the vendor's five reporting APIs, each written from its page alone, as an outsider would write it.

They know nothing of this project: a host, an app, credentials, and what the page says. Nothing here may be changed to
please the server.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from tests.waiting import PATIENCE_S

Row = dict[str, Any]
Sleep = Callable[[float], None]

WEEK = timedelta(days=7)


class VendorClient:
    """What all of them share: a host, headers, and patience when told that there were too many requests."""

    def __init__(self, host: str, headers: Mapping[str, str], sleep: Sleep) -> None:
        """Ask ``host``; ``sleep`` is called with seconds when a request was one too many."""
        self._host = host
        self._headers = dict(headers)
        self._sleep = sleep

    def post(self, path: str, body: Mapping[str, Any], **query: int) -> dict[str, Any]:
        """Ask until the answer is not 429."""
        while True:
            answer = httpx.post(
                self._host + path, json=dict(body), params=query, headers=self._headers, timeout=PATIENCE_S
            )
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return dict(answer.raise_for_status().json())
            self._sleep(60)


class CallDetails(VendorClient):
    """Steps ``offset`` by a hundred records in the query, until ``data`` is empty; a week at a time."""

    def pull(self, account: str, since: datetime, until: datetime) -> Iterator[Row]:
        """Every contact record."""
        start = since
        while start < until:
            end = min(start + WEEK, until)
            body = {
                "startDate": f"{start:%Y-%m-%d %H:%M:%S}",
                "endDate": f"{end:%Y-%m-%d %H:%M:%S}",
                "timeZoneOffset": 0,
            }
            offset = 0
            while True:
                path = f"/agentassist/api/public/analytics/account/{account}/v2/calldetails"
                answer = self.post(path, body, offset=offset)
                if not answer["data"]:
                    break
                assert answer["numResults"] == len(answer["data"])
                yield from answer["data"]
                offset += 100
            start = end + timedelta(seconds=1)


class ScoreReporting(VendorClient):
    """Steps ``offset`` by what it got, while ``hasMore``."""

    def pull(self, app: str, since: datetime, until: datetime) -> Iterator[Row]:
        """Every scored conversation."""
        offset, more = 0, True
        while more:
            body = {
                "offset": offset,
                "startDate": f"{since:%Y-%m-%dT%H:%M:%S}.000Z",
                "endDate": f"{until:%Y-%m-%dT%H:%M:%S}.999Z",
                "limit": 100,
            }
            answer = self.post(f"/qualityai/api/v1/public/qualitymanagement/app/{app}/scorereporting", body)
            yield from answer["results"]
            offset += len(answer["results"])
            more = answer["hasMore"]


class RawData(VendorClient):
    """Turns pages up to ``totalPages``, ten rows a page unless it says otherwise."""

    def pull(self, app: str, since: datetime, until: datetime) -> Iterator[Row]:
        """Every conversation, those below the threshold included."""
        page, pages = 1, 1
        while page <= pages:
            body = {
                "offset": 0,
                "startDate": f"{since:%Y-%m-%d %H:%M:%S}",
                "endDate": f"{until:%Y-%m-%d %H:%M:%S}",
                "page": page,
                "include_below_threshold": True,
            }
            answer = self.post(f"/qualityai/api/v1/public/qualitymanagement/app/{app}/rawdata", body)
            yield from answer["results"]
            pages = answer["totalPages"]
            page += 1


class AccountRawData(VendorClient):
    """The page of 2024: the double slash of its endpoint, its misspelt end date, pages of a hundred."""

    def pull(self, account: str, since: datetime, until: datetime) -> Iterator[Row]:
        """Every conversation of the account."""
        page, more = 1, True
        while more:
            body = {
                "startDate": f"{since:%Y-%m-%d %H:%M:%S}",
                "endtDate": f"{until:%Y-%m-%d %H:%M:%S}",
                "limit": 100,
                "page": page,
            }
            answer = self.post(f"//api/public/QualityManagement/account/{account}/v1/RawData", body)
            yield from answer["results"]
            more = answer["hasMore"]
            page += 1


class AssistConversations(VendorClient):
    """Days, inclusive, a week at a time; pages of at most twenty."""

    def pull(self, bot: str, since: date, until: date) -> Iterator[Row]:
        """Every assisted conversation, with everything that the flags can include."""
        start = since
        while start <= until:
            end = min(start + timedelta(days=6), until)
            page, more = 1, True
            while more:
                body = {
                    "from": start.isoformat(),
                    "to": end.isoformat(),
                    "page": page,
                    "limit": 20,
                    "includeHistory": True,
                    "includeAgenticHistory": True,
                    "includeFeedback": True,
                    "includeSummary": True,
                }
                answer = self.post(f"/agentassist/api/v1/public/{bot}/aaconversation", body)
                yield from answer["results"]
                more = answer["hasMore"]
                page += 1
            start = end + timedelta(days=1)
