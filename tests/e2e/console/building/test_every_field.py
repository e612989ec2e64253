"""Forms in a real Chromium: every field is changed and set back, and the bytes are as they were."""

from typing import Any

import pytest

from auscult.services.definitions.forms.document import read_document
from tests.e2e.browsing import Browser
from tests.e2e.console.setup.test_console_builder import DOCUMENT
from tests.e2e.console.test_console_pages import enter, width
from tests.e2e.serving import TENANT, Service
from tests.unit.services.definitions.forms.editing.test_changes import FORMS
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

CHANGED = (
    "starter-voice",
    "starter-de-voice",
    "examples/bank-voice/form.yaml",
    "examples/forms/external.yaml",
    "examples/forms/judged.yaml",
    "examples/forms/points.yaml",
    "examples/forms/procedures.yaml",
    "examples/forms/speech.yaml",
    "examples/forms/values.yaml",
)
"""Forms whose choices all exist here: a queue or a plug-in's type that does not cannot be chosen again, only undone."""

# Changes fields as leaving them does, and sets them back; returns what is not as it was. The type of a question and its
# kind of answer come one by one, as other fields depend on them; the others all at once.
CHANGE = """
  const done = arguments[arguments.length - 1], [inside] = arguments;
  const form = document.querySelector("#editor"), text = document.querySelector("#document");
  const quiet = () => new Promise((ready) => {
    const look = () => "asked" in form.dataset ? setTimeout(look, 10) : setTimeout(() => "asked" in form.dataset ? look() : ready(), 10);
    look();
  });
  const other = (at) => {
    if (at.localName === "select") return [...at.options].map((each) => each.value).reverse().find((each) => each !== at.value) ?? at.value;
    if (at.type === "date") return "2031-01-02";
    return at.inputMode === "decimal" ? "7" : "It's \\"else\\": #1";
  };
  const fields = () => [...document.querySelectorAll(`${inside} [name^="set:"]`)];
  const enter = async (values) => {
    for (const [id, value] of values) {
      const at = document.getElementById(id);
      if (!at) return id;
      at.value = value;
    }
    document.getElementById(values[0][0]).dispatchEvent(new Event("change", { bubbles: true }));
    await quiet();
    return null;
  };
  const whole = fields().filter((at) => !/[.](type|answers)$/.test(at.id));
  const alone = fields().filter((at) => /[.](type|answers)$/.test(at.id)).map((at) => [at]);
  (async () => {
    const begun = text.value, wrong = [];
    for (const some of [...alone, whole].filter((each) => each.length)) {
      const before = some.map((at) => [at.id, at.value]), after = some.map((at) => [at.id, other(at)]);
      const lost = (await enter(after)) ?? (text.value === begun ? "nothing changed" : await enter(before));
      if (lost || text.value !== begun) wrong.push([before.map(([id]) => id).join(), lost, text.value]);
      if (lost || text.value !== begun) break;
    }
    done(wrong);
  })();
"""
OPEN = """
  const done = arguments[arguments.length - 1], [at] = arguments;
  const form = document.querySelector("#editor");
  document.querySelector(`#open-${at}`)?.click();
  const look = () => document.querySelector(`#close-${at}`) && !("asked" in form.dataset) ? done() : setTimeout(look, 10);
  look();
"""


@pytest.mark.parametrize("name", CHANGED)
def test_every_field_is_set_and_set_back(browser: Browser, served: Service, name: str) -> None:
    """Settings, sections and each question: the document changes, and then its bytes are as they were."""
    document = FORMS[name].decode()
    value: Any = read_document(FORMS[name]).value
    forms = served.store.within(TENANT).forms
    forms.save_draft(value["id"], FORMS[name])
    width(browser, 1440)
    enter(browser, served, "qa-manager")
    browser.driver.get(f"{served.url}/console/forms/{value['id']}")
    wait_for(lambda: browser.text("#checked"), bool)
    assert browser.run(DOCUMENT) == document.removeprefix("\ufeff").replace("\r\n", "\n")
    assert browser.driver.execute_async_script(CHANGE, "#part-settings") == []
    assert browser.driver.execute_async_script(CHANGE, ".bsec > details") == []
    for at in range(len(value["metrics"])):
        browser.driver.execute_async_script(OPEN, at)
        assert browser.driver.execute_async_script(CHANGE, f"#q-{at}") == [], at
    forms.discard_draft(value["id"])
    assert browser.faults() == []
