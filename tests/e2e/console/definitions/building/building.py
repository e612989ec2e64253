"""Building a form as a person does, with either pair of hands: each step waits until the document has it."""

from typing import Any

from auscult.services.definitions.forms.document import read_document
from auscult.services.definitions.forms.editing.questions import mappings
from tests.e2e.console.definitions.test_console_builder import DOCUMENT
from tests.e2e.console.definitions.test_console_scorecards import no_text_area
from tests.e2e.hands import Hands, by_id
from tests.waiting import wait_for

NONE = object()


class Building:
    """The builder of one form, and the question that is open in it."""

    def __init__(self, hands: Hands) -> None:
        """Build in the page that these hands have before them."""
        self.hands = hands
        self.at = ""

    def begin(self, name: str, channel: str, queue: str) -> None:
        """Begin a form with nothing in it, for a queue."""
        self.hands.choose("#f-source", "nothing")
        self.hands.write("#f-name", name)
        self.hands.pick("channel", channel)
        self.hands.choose("#f-queue", queue)
        self.hands.press(".begin button.btn--main")
        wait_for(lambda: self.hands.browser.text("#checked"), bool)

    @property
    def value(self) -> Any:
        """The values of the document."""
        return read_document(self.hands.browser.run(DOCUMENT).encode()).value

    def found(self, path: str) -> Any:
        """Return the value at a path of the document."""
        value = self.value
        for part in path.split("."):
            try:
                value = value[int(part) if part.isdecimal() else part]
            except (LookupError, TypeError):
                return NONE
        return value

    def becomes(self, path: str, wanted: str) -> None:
        """Wait until the document has a value at a path."""
        wait_for(lambda: self.found(path), lambda value: str(value) == wanted)

    def has(self, path: str, part: str) -> None:
        """Wait until what the document has at a path has something in it."""
        wait_for(lambda: str(self.found(path)), lambda text: part in text)

    def tab(self, name: str) -> None:
        """Open a part of the page."""
        self.hands.press(f"#tabs [data-tab={name}]")

    def settings(self, **values: str) -> None:
        """Set keys of the form, and go back to its questions."""
        self.tab("settings")
        for key, value in values.items():
            is_list = (
                self.hands.browser.run("return document.getElementById(arguments[0]).localName", f"s-{key}") == "select"
            )
            (self.choose if is_list else self.set)(key, value)
        self.tab("questions")

    def section(self, name: str) -> str:
        """Add a section, with its name; return its id."""
        known = len(mappings(self.value, "sections"))
        self.hands.press('[name=act][value="section"]')
        wait_for(lambda: len(mappings(self.value, "sections")), lambda many: many > known)
        self.set(f"sections.{known}.name", name)
        return str(self.found(f"sections.{known}.id"))

    def question(self, section: str, name: str, weight: str, kind: str, words: str) -> None:
        """Add a question to a section: its name, its words, its weight, and how it is answered."""
        before = len(mappings(self.value, "metrics"))
        self.hands.press(f'[name=act][value="question:{section}"]')
        wait_for(lambda: len(mappings(self.value, "metrics")), lambda many: many > before)
        place = wait_for(lambda: self.hands.browser.run("return document.querySelector('#open').value"), bool)
        self.at = f"metrics.{place}"
        for key, text in (("name", name), ("question", words), ("weight", weight)):
            self.set(f"{self.at}.{key}", text)
        if kind != "by_question":
            self.choose(f"{self.at}.type", kind)

    def set(self, path: str, text: str) -> None:
        """Write a value."""
        path = self.of(path)
        self.hands.write(by_id(f"s-{path}"), text)
        self.becomes(path, text)

    def choose(self, path: str, value: str, wanted: str = "") -> None:
        """Choose a value."""
        path = self.of(path)
        self.hands.choose(by_id(f"s-{path}"), value)
        self.becomes(path, wanted or {"true": "True", "false": "False"}.get(value, value))

    def grade(self, kind: str) -> None:
        """Choose the kind of answer of the open question."""
        self.hands.choose(by_id(f"s-{self.at}.answers"), kind)
        wait_for(lambda: self.found(f"{self.at}.{kind}"), lambda found: found is not NONE)

    def add(self, path: str, word: str) -> None:
        """Add words to a list."""
        path = self.of(path)
        self.hands.add(path, word)
        wait_for(lambda: self.found(path), lambda found: found is not NONE and word in found)

    def part(self, path: str) -> None:
        """Add a part that has fields of its own, or one more row."""
        path = self.of(path)
        before = self.found(path)
        self.hands.press(f'[name=act][value="part:{path}"]')
        wait_for(lambda: self.found(path), lambda found: found is not NONE and found != before)

    def of(self, path: str) -> str:
        """Return a path of the open question in full."""
        return f"{self.at}{path}" if path.startswith(".") else path

    def shows_no_yaml(self) -> bool:
        """Return whether no text area with the document is shown."""
        return no_text_area(self.hands.browser)
