"""The list of erasures: whatever is left of its bytes is read, and a restored database lacks what it does not know."""

from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.privacy.erasure_list import Erasure, Line, Missing, encoded, missing, read_lines

KEYS = tuple(f"{number:064x}" for number in range(3))
LINES = st.lists(
    st.builds(
        Line,
        app=st.just("st-1"),
        key=st.sampled_from(KEYS),
        at=st.none() | st.integers(1, 5),
        state=st.sampled_from(["begun", "void", None]),
    ),
    max_size=8,
)
KNOWN = st.lists(st.builds(Erasure, st.sampled_from([bytes.fromhex(key) for key in KEYS]), st.integers(1, 5)))


@given(LINES, st.integers(0, 2_000), st.booleans())
def test_a_cut_costs_one_line(lines: list[Line], cut: int, is_glued: bool) -> None:
    """As a full disk leaves a list: every other line is read, also the one that is glued to the half one."""
    content = encoded(lines)
    kept = content[:cut]
    whole = kept.count(b"\n")
    more = encoded([Line(app="st-1", key=KEYS[0], at=9)])
    found = read_lines(kept + more if is_glued else kept, "list")
    assert found.lines[:whole] == tuple(lines[:whole])
    half = kept.rpartition(b"\n")[2]
    is_whole = half + b"\n" in content.splitlines(keepends=True)
    if is_glued:
        assert found.lines[-1].at == 9
        assert found.faults == ((f"list, line {whole + 1}",) if half else ())
    elif half and not is_whole:
        assert found.faults == (f"list, line {whole + 1}",)
    else:
        assert found.faults == ()


@given(LINES, KNOWN)
def test_what_was_made_to_agree_agrees(lines: list[Line], known: list[Erasure]) -> None:
    """What is missing is in the list and not known; once it is recorded, no more is missing."""
    lacks = missing(lines, known, 3)
    for each in {*lacks.done, *lacks.begun}:
        assert each not in known
        assert each.at == 0 or any(line.at == each.at and line.key == each.key.hex() for line in lines)
    assert all(each.at >= 3 for each in lacks.begun)
    assert missing(lines, [*known, *lacks.done, *lacks.begun], 3) == Missing((), ())


def test_lines_without_an_instant_count_in_doubt() -> None:
    """More lines of a conversation than the backup knows erasures of it: it was erased since; one with an instant decides."""
    key = bytes.fromhex(KEYS[0])
    old = Line(app="st-1", key=KEYS[0])
    assert missing([old], [], 0).done == (Erasure(key, 0),)
    assert missing([old], [Erasure(key, 4)], 0).done == ()
    assert missing([old, old], [Erasure(key, 4)], 0).done == (Erasure(key, 0),)
    assert missing([old, old, Line(app="st-1", key=KEYS[0], at=4)], [Erasure(key, 4)], 0).done == ()


def test_what_is_no_line_is_named() -> None:
    """Other documents, other encodings, keys that are none; empty lines are none, and a version tells of holds."""
    content = b'\n{"version":2}\n[]\n\xff\n{"app":"st-1","key":"xyz"}\n{"app":"st-1"}\n   \n'
    found = read_lines(content, "list")
    assert (found.faults, found.has_holds) == (tuple(f"list, line {n}" for n in (3, 4, 5, 6)), True)
    assert found.lines == (Line(version=2),)
