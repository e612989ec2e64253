"""Masks in the console: what is stored is masked from the settings, and a placeholder is explained and objected to."""

import re

import pytest

from auscult.domain.conversation import Turn
from tests.contract.privacy.test_masking import work_on
from tests.contract.storing import conversation
from tests.e2e.consoles import signed_in
from tests.e2e.serving import TENANT, Service, process

SETTINGS, REDACTIONS = "/console/administration/settings", "/console/administration/redactions"


@pytest.mark.landing
def test_what_is_stored_is_masked_and_a_mask_is_objected_to(served: Service) -> None:
    """The administrator watches it and reads the certificate; an auditor follows a placeholder, and reports what was missed beside it."""
    said = (Turn("m1", "agent", "your card number please"), Turn("m2", "customer", "4539 1488 0343 6467 and later"))
    process(served.application, [conversation("c-card", turns=said)])
    with signed_in(served, "administrator") as client:
        client.post(SETTINGS, data={"redaction": "mask", "kind:phone": "drop", "people": "one"})
        assert "None yet." in client.get(SETTINGS).text
        running = client.get(client.post(REDACTIONS).headers["location"]).text
        assert "Under way" in running
        assert client.post(REDACTIONS).headers["location"].endswith("?done=running#stored")
        work_on(served.store)
        done = client.get(SETTINGS).text
        assert "Mask; Telephone numbers: Drop, without a number" in done
        assert '<span class="tag tag--done" role="status">Done</span>' in done
    with signed_in(served, "auditor") as client:
        (link,) = re.findall(r'href="([^"]+/masks/m2/\d+)"', client.get("/console/conversations/c-card").text)
        assert "Its form: a made-up value in its place" in client.get(link).text
        assert client.get(f"{link}9").status_code == 404
        refused = client.post(link, data={"wrong": "missed", "kind": "expiry", "words": "eight"})
        assert (refused.status_code, "Not kept" in refused.text) == (422, True)
        kept = client.post(link, data={"wrong": "missed", "kind": "expiry", "words": "later"})
        assert "Kept as an example" in client.get(kept.headers["location"]).text
    (found,) = served.store.within(TENANT).mask_faults.listing()
    assert found.fault.text == "[card] and [expiry]"
