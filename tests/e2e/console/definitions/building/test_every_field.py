"""Forms in a real Chromium: what a person changes and sets back through the controls leaves the bytes as they were."""

from pathlib import Path
from typing import Any

import pytest

from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from tests.e2e.browsing import Browser
from tests.e2e.console.definitions.test_console_builder import DOCUMENT
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.serving import TENANT, Service
from tests.tiers import drawn
from tests.unit.services.definitions.forms.editing.test_changes import FORMS
from tests.waiting import wait_for

pytestmark = pytest.mark.night

HERE = drawn([*FORMS], 1)
GROUPS = min(5, len(HERE))
"""A sign-in for each group of forms: each takes minutes at night, most of them in the browser."""

CHANGE = Path(__file__).with_name("change.js").read_text(encoding="utf-8")
OPEN = """
  const done = arguments[arguments.length - 1], [at] = arguments;
  const form = document.querySelector("#editor");
  document.querySelector(`#open-${at}`)?.click();
  const look = () => document.querySelector(`#close-${at}`) && !("asked" in form.dataset) ? done() : setTimeout(look, 10);
  look();
"""


def wrong_in(browser: Browser, served: Service, document: bytes) -> list[Any]:
    """Change everything in settings, sections and each question of a form, and set it back; return what is not as it was."""
    served.store.within(TENANT).forms.save_draft("ef-every-field", document)
    browser.driver.get(f"{served.url}/console/forms/ef-every-field")
    wait_for(lambda: browser.text("#checked"), bool)
    begun = document.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    found: list[Any] = [] if browser.run(DOCUMENT) == begun else ["another document"]
    for part in ("#part-settings", ".bsec > details"):
        found += browser.driver.execute_async_script(CHANGE, part)
    for at in range(len(mappings(read_document(document).value, "metrics"))):
        browser.driver.execute_async_script(OPEN, at)
        found += browser.driver.execute_async_script(CHANGE, f"#q-{at}")
    return found


@pytest.mark.landing
@pytest.mark.parametrize("group", range(GROUPS))
def test_every_field_is_set_and_set_back(browser: Browser, served: Service, group: int) -> None:
    """Every form of the examples, the package and the tests: it changes, and then its bytes are as they were."""
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    wrong = {name: wrong_in(browser, served, FORMS[name]) for name in HERE[group::GROUPS]}
    served.store.within(TENANT).forms.discard_draft("ef-every-field")
    assert {name: each for name, each in wrong.items() if each} == {}
    assert browser.faults() == []
