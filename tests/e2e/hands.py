"""A person at a page: the same acts by mouse and by keyboard alone. Neither calls the page's scripts."""

from abc import ABC, abstractmethod

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.e2e.browsing import Browser
from tests.waiting import wait_for

CLOSED = """
  const at = document.querySelector(arguments[0]), found = [];
  for (let each = at?.parentElement.closest("details"); each; each = each.parentElement.closest("details"))
    if (!each.open && !(at.localName === "summary" && at.parentElement === each)) found.unshift(each.id);
  return at && found;
"""
# The ids of closed parts around something that is there, the outermost first.

IS_USABLE = "return document.querySelector(arguments[0])?.checkVisibility({ visibilityProperty: true }) ?? false"

PLACES = """
  const { selectedIndex, options } = document.querySelector(arguments[0]);
  return [selectedIndex, [...options].findIndex((each) => each.value === arguments[1])];
"""


def by_id(name: str) -> str:
    """Return a selector for an id with points in it."""
    return f'[id="{name}"]'


class Hands(ABC):
    """The acts of a person: press a button, fill in a field, choose from a list, and pick a radio button."""

    def __init__(self, browser: Browser) -> None:
        """Work in this window."""
        self.browser = browser

    def opened(self, selector: str) -> str:
        """Open what is folded around something, once that is there; return the selector."""
        for part in wait_for(lambda: self.browser.run(CLOSED, selector), lambda found: found is not None):
            self.act(f"{by_id(part)} > summary")
        wait_for(lambda: self.browser.run(IS_USABLE, selector), bool)
        return selector

    def press(self, selector: str) -> None:
        """Press a button, or follow a link."""
        self.act(self.opened(selector))

    def places(self, field: str, value: str) -> tuple[int, int]:
        """Return the place of what is chosen in a list, and that of a value."""
        now, wanted = self.browser.run(PLACES, field, value)
        assert wanted >= 0, f"{field} has no {value}"
        return now, wanted

    @abstractmethod
    def act(self, selector: str) -> None:
        """Press what is shown."""

    @abstractmethod
    def write(self, field: str, words: str) -> None:
        """Write into a field in place of its text, and leave it."""

    @abstractmethod
    def add(self, field: str, words: str) -> None:
        """Write into a field that adds, and add."""

    @abstractmethod
    def choose(self, field: str, value: str) -> None:
        """Choose one of a list by its value."""

    @abstractmethod
    def pick(self, name: str, value: str) -> None:
        """Pick one of several buttons of which one is pressed."""


class Mouse(Hands):
    """By mouse; only letters are typed."""

    def act(self, selector: str) -> None:
        """Click it."""
        self.browser.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", selector)
        self.browser.one(selector).click()

    def write(self, field: str, words: str) -> None:
        """Click three times, which selects the text, write, and click elsewhere."""
        self._into(field)
        self.browser.keys(words)
        self.browser.one("h1").click()

    def add(self, field: str, words: str) -> None:
        """Write, and click the button next to it."""
        self._into(by_id(f"n-{field}"))
        self.browser.keys(words)
        self.press(f'[value="add:{field}"]')

    def choose(self, field: str, value: str) -> None:
        """Click the list, and one of it."""
        self.act(self.opened(field))
        Select(self.browser.one(field)).select_by_index(self.places(field, value)[1])

    def pick(self, name: str, value: str) -> None:
        """Click its label."""
        self.browser.run("document.querySelector('[name=' + arguments[0] + ']').scrollIntoView()", name)
        self.browser.run(f"return document.querySelector('[name={name}][value={value}]').closest('label')").click()

    def _into(self, field: str) -> None:
        self.act(self.opened(field))
        ActionChains(self.browser.driver).double_click(self.browser.one(field)).perform()
        is_all = "const at = document.activeElement; return at.selectionEnd - at.selectionStart === at.value.length"
        if not self.browser.run(is_all):
            self.browser.keys(Keys.CONTROL, "a", Keys.NULL)


class Keyboard(Hands):
    """By keyboard alone: everything is reached by Tab, and shows that it has the focus."""

    def act(self, selector: str) -> None:
        """Go there, and press Enter."""
        self.browser.press(selector)

    def write(self, field: str, words: str) -> None:
        """Go there, write, and go on."""
        self.browser.write(self.opened(field), words, Keys.TAB)

    def add(self, field: str, words: str) -> None:
        """Write, and press Enter."""
        self.browser.write(self.opened(by_id(f"n-{field}")), words, Keys.ENTER)

    def choose(self, field: str, value: str) -> None:
        """Go there, and down or up to it."""
        self.browser.reach(self.opened(field))
        now, wanted = self.places(field, value)
        self.browser.keys(*([Keys.ARROW_DOWN] * (wanted - now) or [Keys.ARROW_UP] * (now - wanted)), Keys.TAB)

    def pick(self, name: str, value: str) -> None:
        """Go to those buttons, and on to it with the arrows."""
        self.browser.reach(f"[name={name}]")
        for _ in range(10):
            if self.browser.run("return document.activeElement.value") == value:
                break
            self.browser.keys(Keys.ARROW_DOWN)
        self.browser.keys(Keys.SPACE)
