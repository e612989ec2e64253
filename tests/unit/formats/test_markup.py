"""Words out of HTML, replies and e-mails. Hostile input takes time in proportion to its length, counted in steps."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.formats._markup import is_mail, mail_words, own_words, words_of
from tests.data_files import data_of

WORDS = st.lists(st.sampled_from(["kettle", "off", "5 < 6", "a > b", "AT&T", "<3"]), min_size=1, max_size=5).map(
    " ".join
)


@pytest.mark.parametrize(("markup", "words"), data_of(__file__, "words_of_html"))
def test_words_of_html(markup: str, words: str) -> None:
    """What a reader sees, and nothing of styles, scripts, titles and hidden parts."""
    assert words_of(markup) == words


@pytest.mark.parametrize(
    "reply",
    [
        "Thanks\n\nOn Mon, 19 Oct 2026, Ewa wrote:\n> Dear Pavla\n> bye",
        "Thanks\n\nOn Mon, 19 Oct 2026 at 10:00, Ewa <ewa@example.org>\nwrote:\n\n> Dear Pavla",
        "Thanks\nAm 19.10.2026 um 10:00 schrieb Ewa:\n> Liebe Pavla",
        "Thanks\nEl lun, 19 oct 2026, Ewa escribió:\nHola",
        "Thanks\nLe lun. 19 oct. 2026, Ewa a écrit :\n> Bonjour",
        "Thanks\n-----Original Message-----\nFrom: Ewa\nDear Pavla",
        "Thanks\nFrom: Ewa\nSent: Monday\nTo: Pavla\nSubject: Kettle\n\nDear Pavla",
        "Thanks\nVon: Ewa\nGesendet: Montag\nAn: Pavla\nBetreff: Kessel\n\nLiebe Pavla",
        words_of('<p>Thanks</p><div class="gmail_quote"><div>On Mon Ewa wrote:</div><blockquote>q</blockquote></div>'),
        words_of("<p>Thanks</p><p>On Mon, 19 Oct 2026, Ewa wrote:</p><blockquote>Dear</blockquote>"),
    ],
)
def test_quoted_replies_are_cut(reply: str) -> None:
    """In the ways in which programs write them, in five languages."""
    assert own_words(reply) == "Thanks"


def test_what_is_no_quotation_stays() -> None:
    """An answer below it, a number with a sign, a text that is nothing but a quotation, a letter about a letter."""
    assert own_words("On Monday, Ewa wrote:\n> Dear\n\nThanks") == "Thanks"
    assert own_words("From: the shop\n>100 euros\nOn time: yes") == "From: the shop\n>100 euros\nOn time: yes"
    assert own_words("From: Berlin\nTo: Munich\nDate: 3 May").endswith("3 May")
    assert own_words("> all of it") == "> all of it"
    for letter in ("Hi\nam Montag schrieb ich Ihnen Folgendes:\nEs ist kalt", "Hi\nOn Monday I wrote\nto you:\n\nBye"):
        assert own_words(letter) == letter


@given(WORDS, WORDS, st.sampled_from(["style", "script", "title", "template", "blockquote"]))
def test_what_is_around_a_hidden_part_stays(before: str, after: str, name: str) -> None:
    """Every word before and after it, whatever it contains."""
    seen = own_words(words_of(f"<p>{before}</p><{name}>secret <b>words</b></{name}><p>{after}</p>"))
    assert "secret" not in seen
    assert [line for line in seen.split("\n") if line] == [before, after]


def test_mails() -> None:
    """The plain part, or else the words of the HTML; broken ones keep what is behind their headers."""
    head = "From: a@example.org\nSubject: x\nDate: today\n"
    assert is_mail(f"{head}\nhello")
    assert not is_mail("Order: 1\nName: x\nDate: y\n\nhello")
    assert mail_words(f"{head}Content-Type: text/html\n\n<p>hello</p>") == "hello"
    assert mail_words(f"{head}Content-Type: text/plain; charset=none\n\nhello").strip() == "hello"


@pytest.mark.parametrize(
    "hostile",
    [
        "Content-Type: text/plain; " + "a=b;" * 50_000 + "\n\nx",
        "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nx\n" * 50_000,
        "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(5000)),
    ],
)
def test_hostile_mails_are_read(hostile: str) -> None:
    """Within the patience of the suite, which the parser would exhaust."""
    assert mail_words(f"From: a\nSubject: b\nDate: c\n{hostile}")


HOSTILE = data_of(__file__, "hostile")


def steps(act: Callable[[str], object], text: str) -> int:
    """Return how many lines of Python run; what one regular expression does is bounded by its form."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        act(text)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_input_takes_steps_in_proportion(piece: str) -> None:
    """Four times as much takes at most four times the steps, and a little."""
    for act in (words_of, own_words):
        few, many = (steps(act, piece * count) for count in (250, 1000))
        assert many <= 4 * few + 200


@pytest.mark.parametrize("piece", HOSTILE)
def test_much_of_it_is_read(piece: str) -> None:
    """Within the patience of the suite, which the parser of the standard library would exhaust."""
    text = piece * (300_000 // len(piece))
    own_words(words_of(f"<a {text}"))
    is_mail(text)
