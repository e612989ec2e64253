"""Taxonomy documents: every fault with its line, and what would be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.domain.definitions.taxonomy import Taxonomy
from auscult.domain.errors import TaxonomyError
from auscult.services.definitions.taxonomies import check_taxonomy, read_taxonomy, starter_taxonomy
from tests.data_files import data_of

RIGHT = data_of(__file__, "right").encode()


def told(document: bytes, *in_force: Taxonomy) -> list[str]:
    """The faults of a document, ready to print."""
    return [problem.describe("t.yaml") for problem in check_taxonomy(document, in_force=in_force).problems]


def changed(old: str, new: str) -> bytes:
    """The right document with one thing written otherwise."""
    assert old.encode() in RIGHT
    return RIGHT.replace(old.encode(), new.encode(), 1)


def test_reads_a_tree_of_three_levels() -> None:
    """L1 > L2 > L3, or a standalone L2; resolution is told on level 3 unless it says no."""
    taxonomy = read_taxonomy(RIGHT, 4)
    assert (taxonomy.id, taxonomy.version, taxonomy.languages, taxonomy.counts()) == ("tx-shop", 4, ("en",), (1, 2, 2))
    ends = [path for node in taxonomy.topics for path in node.ends()]
    assert [[node.name for node in path] for path in ends] == [
        ["Shop", "Delivery", "Late"],
        ["Shop", "Delivery", "Changed"],
        ["Shop", "Offers"],
    ]
    assert [path[-1].has_resolution for path in ends] == [True, False, False]
    assert ends[0][-1].examples == ("where is my parcel",)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (changed("name: Late", "name: " + "x" * 51), "t.yaml:10: topics[0].topics[0].topics[0].name: has 51 characters; at most 50 are allowed"),
        (
            changed("description: Everything about parcels.", "description: " + "x" * 251),
            "t.yaml:8: topics[0].topics[0].description: has 251 characters; at most 250 are allowed",
        ),
        (changed("name: Changed", "name: late"), "t.yaml:13: topics[0].topics[0].topics[1].name: 'late' is the name of topics[0].topics[0].topics[0] too; give each its own"),
        (changed("name: Offers", 'name: "!?"'), "t.yaml:15: topics[0].topics[1].name: '!?' must be 1 to 50 characters on one line, with a letter or digit"),
        (changed("resolution: false", "topics: [{name: Deep}]"), "t.yaml:14: topics[0].topics[0].topics[1].topics: stand on level 4; there are 3 levels"),
        (changed("description: Everything about parcels.", "resolution: true"), "t.yaml:8: topics[0].topics[0].resolution: is for topics of level 3; this one is on level 2"),
        (changed("description: Everything about parcels.", "examples: [parcel]"), "t.yaml:8: topics[0].topics[0].examples: belong to the topics below this one; give each its own"),
        (changed("resolution: false", "resolved: false"), "t.yaml:14: topics[0].topics[0].topics[1].resolved: is not a known key; known here: name, description, examples, resolution, topics"),
        (changed("  - name: Shop\n", "  - title: Shop\n"), "t.yaml:5: topics[0].title: is not a known key; known here: name, description, examples, resolution, topics"),
        (changed("id: tx-shop", "id: tx shop"), "t.yaml:2: id: 'tx shop' must be 1 to 200 characters without spaces, like tx-retail"),
        (changed("name: Shop\n", "name: Shop\nlanguages: [English]\n"), "t.yaml:4: languages[0]: 'English' is not a language code like en"),
        (changed("name: Shop\n", "name: Shop\nlanguages: []\n"), "t.yaml:4: languages: is empty; name at least one, like en"),
        (b"", "t.yaml:1: is empty; a taxonomy has id, name and topics"),
        (b"[1]", "t.yaml:1: must be a mapping of keys like id, name and topics, not a list"),
        (b"id: a\nname: b\ntopics:\n- c\n", "t.yaml:4: topics[0]: must be a mapping with a name, not text"),
        (b"id: a\nname: b\ntopics:\n- name: c\n  topics: d\n", "t.yaml:5: topics[0].topics: must be a list, not text"),
    ],
)  # fmt: skip
def test_says_what_is_wrong_and_where(document: bytes, fault: str) -> None:
    """Line, field, and what would be right."""
    assert fault in told(document)


def test_tells_all_faults_at_once() -> None:
    """Nobody mends one to learn of the next."""
    document = changed("name: Late", "name: " + "x" * 51).replace(b"name: Offers", b"title: Offers")
    assert len(told(document)) == 3
    with pytest.raises(TaxonomyError, match="3 problems") as caught:
        read_taxonomy(document)
    assert len(caught.value.problems) == 3


def test_two_for_one_language_share_no_first_level() -> None:
    """They are found side by side; for another language, and in its own next version, a name may come again."""
    other = read_taxonomy(RIGHT)
    rival = RIGHT.replace(b"tx-shop", b"tx-rival")
    assert told(rival, other) == [
        "t.yaml:5: topics[0].name: 'Shop' is a topic of tx-shop already, for the same language; name one of them otherwise"
    ]
    assert told(rival.replace(b"topics:", b"languages: [de]\ntopics:", 1), other) == []
    assert told(RIGHT, other) == []


def test_warns_of_what_is_found_by_its_name_alone() -> None:
    """A warning stands in the way of nothing."""
    check = check_taxonomy(RIGHT)
    assert check.taxonomy is not None
    assert [warning.describe("t.yaml") for warning in check.warnings] == [
        "t.yaml:13: topics[0].topics[0].topics[1]: has neither a description nor examples: it will be found by its name alone"
    ]
    (empty,) = check_taxonomy(b"id: tx-1\nname: None\ntopics: []\n").warnings
    assert empty.reason == "is empty; nothing will be found by it"


def test_bounds_how_much_is_learned_from() -> None:
    """Learning takes time and memory, which grow with it."""
    many = "\n".join(f"- name: t{number}" for number in range(501))
    assert "at most 500" in told(f"id: a\nname: b\ntopics:\n{many}\n".encode())[0]
    examples = ", ".join(f"e{number}" for number in range(3_001))
    assert "at most 3000" in told(f"id: a\nname: b\ntopics:\n- name: c\n  examples: [{examples}]\n".encode())[0]


def test_the_starter_is_right_and_describes_everything() -> None:
    """The one that comes along: no problem, no warning, three levels, examples for each reason."""
    check = check_taxonomy(starter_taxonomy())
    assert (check.problems, check.warnings) == ((), ())
    assert check.taxonomy is not None
    ends = [path[-1] for node in check.taxonomy.topics for path in node.ends()]
    assert all(node.level == 3 and node.description and node.examples for node in ends)


@given(document=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_document_is_read_or_refused(document: bytes) -> None:
    """Never an error of ours for what somebody wrote."""
    check = check_taxonomy(document)
    assert (check.taxonomy is None) == bool(check.problems)
