"""A real Chromium for tests of pages, driven by selenium: looked for where Debian puts it, skipped where it is not."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.data_files import script_of
from tests.waiting import wait_for

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-prefers-reduced-motion",
    "--window-size=1280,860",
)

MOUSE = "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"
"""Gives the browser a mouse, which it does not find on a server."""

# The first that a person sees of these.
SHOWN = "[...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility({ visibilityProperty: true }))"

# What is fainter than 4.5 to 1 on what stands behind it (WCAG 2.2, 1.4.3).
FAINT = script_of(__file__, "faint")
# What reaches out of a window of 360 pixels.
TOO_WIDE = """
  return [...document.querySelectorAll("main *")].filter((each) => each.checkVisibility()
    && !each.closest(".unseen") && each.getBoundingClientRect().right > 361).map((each) => each.className);
"""


# What has the focus: whether it is what is sought, and what it is called for a message.
AT = "const at = document.activeElement; return [at.matches(arguments[0]), at.outerHTML.slice(0, 80)]"
# Whether a person sees that it has the focus: an outline on it, or on what its label draws in its place.
OUTLINED = """
  const outlined = (at) => [at, at.nextElementSibling, at.closest("label")].filter(Boolean).some((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && one.checkVisibility();
  });
"""
MARKED = f"{OUTLINED} return outlined(document.activeElement)"
# What cannot be reached by Tab, does not show that it is, or has no name to be read out.
UNMARKED = f"""
  {OUTLINED}
  const stops = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const named = (at) => [at.ariaLabel, at.querySelector("[aria-label]")?.ariaLabel, at.labels?.[0]?.textContent, at.textContent].some((name) => name?.trim());
  return [...document.querySelectorAll(stops)].filter((at) => !at.disabled && at.checkVisibility({{ visibilityProperty: true }}))
    .filter((at) => {{
      at.focus({{ focusVisible: true }});
      return document.activeElement !== at || !outlined(at) || !named(at);
    }}).map((at) => at.outerHTML.slice(0, 120));
"""
AXE = (Path(__file__).parent / "vendored" / "axe.min.js").read_text()
RUN_AXE = """
  const done = arguments[arguments.length - 1];
  axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then((found) => done(found.violations
      .map((each) => [each.id, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])));
"""
MOST_COMMAND_S = 100
"""Seconds for a page or a script: the client gives the driver 120, and then nobody says what it was waiting for."""
MOST_STOPS = 150
"""Presses of Tab within which everything on a page is reached."""


class Browser:
    """One window. Looking waits until something is there; what should not come is looked for at the end."""

    def __init__(self, driver: Chrome) -> None:
        """Drive this one."""
        self.driver = driver

    def all(self, selector: str) -> list[WebElement]:
        """Find what is there now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """Find one that is shown, once it is."""
        return wait_for(lambda: self.run(f"return {SHOWN}", selector), bool)

    def text(self, selector: str) -> str:
        """Its words, as a person reads them, once it is shown."""
        return wait_for(lambda: self.run(f"return {SHOWN}?.innerText", selector), lambda found: found is not None)

    def until(self, selector: str, is_so: Callable[[str], bool]) -> str:
        """Its words, once they are so."""
        return wait_for(
            lambda: self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector), is_so
        )

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *given)

    def barriers(self) -> list[object]:
        """Return what axe-core finds on the page as it is now, and whether it is wider than its window.

        A picture of it is kept in the folder AUSCULT_TEST_PICTURES, where there is one.
        """
        if folder := os.environ.get("AUSCULT_TEST_PICTURES"):
            test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].partition(" ")[0]
            self.driver.save_screenshot(str(Path(folder) / f"{test}-{time.monotonic_ns()}.png"))
        if not self.run("return 'axe' in window"):
            self.run(AXE)
        is_wider = self.run("return document.documentElement.scrollWidth > innerWidth")
        return [*self.driver.execute_async_script(RUN_AXE), *["wider than its window"] * is_wider]

    def themes(self, *themes: str) -> Iterator[str]:
        """Show the page in one theme after the other."""
        for theme in themes:
            self.run("document.documentElement.dataset.theme = arguments[0]", theme)
            yield theme

    def keys(self, *pressed: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        self.driver.switch_to.active_element.send_keys(*pressed)

    def alt(self, key: str) -> None:
        """Press a key with Alt."""
        self.keys(Keys.ALT, key, Keys.NULL)

    def control(self, key: str) -> None:
        """Press a key with Ctrl, wherever the focus is by then: the page may be replacing what had it."""
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()

    def reach(self, selector: str) -> None:
        """Press Tab until the focus is on one of these, as somebody without a pointer does, and is seen there."""
        passed: list[str] = []
        for _ in range(MOST_STOPS):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()  # a field of files takes keys for a path
            is_there, at = self.run(AT, selector)
            if is_there:
                assert self.run(MARKED), f"nothing shows that the focus is on {at}"
                return
            passed.append(at)
        pytest.fail(f"Tab does not come to {selector}, but to {list(dict.fromkeys(passed))}")

    def press(self, selector: str, key: str = Keys.ENTER) -> None:
        """Go there by Tab, and press a key."""
        self.reach(selector)
        self.keys(key)

    def write(self, selector: str, *pressed: str) -> None:
        """Go to a field by Tab, and write in place of what stands there."""
        self.reach(selector)
        self.keys(Keys.CONTROL, "a", Keys.NULL)
        self.keys(*pressed)

    def requests(self) -> list[str]:
        """Every address that the page has asked for since this was last called."""
        entries = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [each["params"]["request"]["url"] for each in entries if each["method"] == "Network.requestWillBeSent"]

    def faults(self) -> list[str]:
        """Return warnings and errors of the browser's console, without two that are no faults of a page.

        One is a refusal by the server, which the page reports itself. The other says that the browser did not ask
        before the driver left a page with unsaved changes: it asks only after a person's own click or key.
        """
        said = [each["message"] for each in self.driver.get_log("browser") if each["level"] in {"SEVERE", "WARNING"}]
        return [
            each for each in said if not any(sign in each for sign in ("Failed to load", "attempt to show a 'before"))
        ]


@contextmanager
def browsing(*flags: str) -> Iterator[Browser]:
    """Start a browser, with more flags if some are given, and end it."""
    binary, driver_binary = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver_binary:
        reason = "no browser: apt install chromium chromium-driver"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Driver(driver_binary))
    driver.set_page_load_timeout(MOST_COMMAND_S)
    driver.set_script_timeout(MOST_COMMAND_S)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
