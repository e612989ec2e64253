"""Names of the people, clients and commands that did something."""

import pytest

from auscult.server.console.frame.naming import by_in_words

NAMES = {"ann@example.com": "Ann"}


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("ann@example.com", "Ann"),
        ("user:ann@example.com", "Ann"),
        ("user:gone@example.com", "gone@example.com"),
        ("operator", "The operator"),
        ("single sign-on", "Single sign-on"),
        ("cli:max", "max, by a command"),
        ("client:cs-1", "The client cs-1"),
        ("retention", "retention"),
        ("", ""),
    ],
)
def test_who_did_it_is_named(by: str, words: str) -> None:
    """A person by name, others by what they are; what a newer version writes stays as it is."""
    assert by_in_words(by, NAMES) == words
