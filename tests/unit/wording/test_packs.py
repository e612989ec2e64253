"""Wording packs: the packs that ship are right, and their notation expands as the reference says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.wording import Matcher, available, check_pack, is_reference, pack, pack_text, resolved, versions
from auscult.wording.packs import read_pack
from tests.data_files import data_of

GREETING = data_of(__file__, "greeting")


@pytest.mark.parametrize("name", available())
def test_a_pack_that_ships_is_right(name: str) -> None:
    """Its lines keep the rules of the notation, and it reads every sentence beside it as the sign says."""
    checked = check_pack(name)
    assert checked.faults == ()
    assert checked.sentences > 0


@pytest.mark.parametrize("name", available())
def test_a_pack_that_ships_has_its_file_s_name(name: str) -> None:
    """References and files agree, and a reference with the newest version names the same pack."""
    assert pack(name).name == name
    assert pack(resolved(name)) == pack(name)
    assert versions(name)[-1] == pack(name).version


def test_groups_expand_in_lines_and_in_groups() -> None:
    """A name in braces stands for one of the entries of its group."""
    assert read_pack(GREETING).lines == ("((very )?good (morning|afternoon))", "hello")


@pytest.mark.parametrize(
    ("name", "line", "said", "holds"), data_of(__file__, "letters_match_how_they_are_typed_without_their_marks")
)
def test_letters_match_how_they_are_typed_without_their_marks(name: str, line: str, said: str, *, holds: bool) -> None:
    """In German and Spanish packs; not the other way round, not in brackets, and not where that is another word."""
    text = f"pack: {name}\nversion: 1\nsays: A line.\nsays_so: ['{line}']\n"
    assert Matcher(read_pack(text)).holds(said) == holds


@pytest.mark.parametrize(
    ("said", "holds"),
    [("Good morning!", True), ("very good afternoon", True), ("Hello", True), ("hello you", False), ("othello", False)],
)
def test_a_pack_holds_for_whole_words_and_not_for_its_exceptions(said: str, *, holds: bool) -> None:
    """Lines match whole words of the turn; one of ``unless`` anywhere in it calls them off."""
    assert Matcher(read_pack(GREETING)).holds(said) == holds


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (GREETING.replace("{time}", "{day}"), "unknown group {day}; available: good, time"),
        (GREETING.replace("version: 3", "version: new"), "not a wording pack"),
        (GREETING.replace("unless:", "except:"), "not a wording pack"),
    ],
)
def test_a_broken_pack_is_refused_with_a_reason(broken: str, fault: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(ValueError, match=fault.replace("{", r"\{")):
        read_pack(broken)


@pytest.mark.parametrize("reference", ["en/nothing", "en/greeting@999", "greeting"])
def test_an_unknown_reference_is_a_key_error(reference: str) -> None:
    """Neither an unknown pack nor an unknown version is guessed."""
    with pytest.raises(KeyError):
        pack_text(reference)


@pytest.mark.landing
@given(st.text(max_size=40))
def test_any_text_is_a_reference_or_not(text: str) -> None:
    """Whatever is written in a form, asking whether it is a reference does not fail."""
    assert is_reference(text) == (is_reference(text.partition("@")[0]) and is_reference(text))


@given(st.sampled_from(available()), st.text(max_size=200))
def test_any_text_can_be_matched(name: str, text: str) -> None:
    """A pack answers for any text, and always the same."""
    matcher = Matcher(pack(name))
    assert matcher.holds(text) == matcher.holds(text)
