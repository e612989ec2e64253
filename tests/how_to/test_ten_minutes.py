"""The page "ten minutes" holds: from the start of the demo to a decided dispute, in a real browser."""

import re
import signal
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from auscult.cli.operations.demo.answering import OBJECTIONS
from tests.e2e.browsing import Browser, browsing
from tests.how_to.pages import ROOT
from tests.how_to.shell import Shell, blocks
from tests.waiting import wait_for

pytestmark = pytest.mark.night

PAGE = ROOT / "docs" / "ten-minutes.md"
NAMED = """
  const shown = [...document.querySelectorAll("a, button, summary, h2, h3, [role=tab]")].filter((each) => each.checkVisibility());
  return shown.find((each) => (each.innerText ?? "").trim().startsWith(arguments[0]))
"""


class Reader:
    """A person who follows the page: each name in italics is looked up on the screen, and remembered."""

    def __init__(self, browser: Browser) -> None:
        """Begin with nothing found."""
        self.browser = browser
        self.found: set[str] = set()

    def find(self, name: str) -> None:
        """Wait until something of this name is shown."""
        wait_for(lambda: self.browser.run(NAMED, name), bool)
        self.found.add(name)

    def choose(self, name: str) -> None:
        """Click what has this name, once it is shown."""
        self.find(name)
        self.browser.run("arguments[0].click()", self.browser.run(NAMED, name))

    def act_as(self, name: str) -> None:
        """Change to another person of the demo, and wait until the menu has the name."""
        self.choose("Act as another person")
        self.choose(name)
        self.browser.until(".me b", lambda shown: shown == name)

    def wait_for_results(self) -> None:
        """Open Home until the demo, which goes on filling while the page is read, has made its own disputes.

        Home has the latest three, so that those of a demo that is not ready would displace the reader's.
        """

        def look() -> bool:
            self.choose("Home")
            self.browser.until("h1", lambda shown: shown.startswith("Hello"))
            shown = self.browser.text("main")
            return "Dispute a question" in shown and OBJECTIONS[-1].comment in shown

        wait_for(look, bool)


def test_ten_minutes(tmp_path: Path) -> None:
    """Every name that the page has in italics is on the screen, and the agent reads the sentence of the decision."""
    start = blocks(PAGE)[0].splitlines()[-1]
    shell = Shell(tmp_path)
    console = r"Open the console.*: (http://\S+)"
    with shell.running(f"{start} --port 0", console, signal.SIGINT, 0) as link, browsing() as browser:
        reader = Reader(browser)
        browser.driver.get(link)
        reader.choose("Conversations")
        browser.one("main tbody a").click()
        for name in ("Replay score", "Print", "Trail"):
            reader.find(name)
        reader.act_as("Elizabeth")
        reader.wait_for_results()
        reader.choose("Dispute a question")
        wait_for(lambda: browser.all("main[data-page=results]"), bool)
        reader.choose("Dispute")
        browser.write("details[open] textarea", "I say my name in the first turn.")
        reader.choose("Send the dispute")
        wait_for(lambda: browser.run("return document.querySelector('details.dispute[open]') === null"), bool)
        reader.act_as("Dana Okafor")
        reader.choose("Disputes")
        reader.choose("Decide the first")
        browser.until("h1", lambda shown: "disputed by" in shown)
        while (title := browser.one("h1").text) != "Disputes":
            at = browser.driver.current_url
            browser.keys("3")
            browser.write("textarea", f"Decided: {title}.")
            browser.keys(Keys.CONTROL, Keys.ENTER, Keys.NULL)
            wait_for(lambda at=at: browser.driver.current_url != at, bool)
        reader.act_as("Elizabeth")
        reader.choose("Home")
        reader.find("What you disputed")
        assert "“Decided: " in browser.text("main")
        named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", PAGE.read_text(encoding="utf-8")))
        assert named - reader.found == set()
