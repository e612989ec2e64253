"""Rights in words: each is in one group, in the reader's language, and none is a name for programs."""

import re

import pytest

from auscult.domain.people.permissions import PERMISSIONS, SCOPES
from auscult.language import speaking
from auscult.server.console.people.rights import permission_groups, scope_groups, scope_in_words

MACHINE = re.compile(r"^[a-z_]+[.:][a-z_]+$")


def test_every_permission_is_in_one_group() -> None:
    """Each is offered once."""
    found = [each.value for group in permission_groups() for each in group.rights]
    assert sorted(found) == sorted(PERMISSIONS)


def test_every_scope_is_in_one_group() -> None:
    """Each is offered once."""
    found = [each.value for group in scope_groups() for each in group.rights]
    assert sorted(found) == sorted(SCOPES)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_right_is_shown_by_its_name(language: str) -> None:
    """What is shown is no name for programs."""
    with speaking(language):
        groups = (*permission_groups(), *scope_groups())
    assert not [each.text for group in groups for each in group.rights if MACHINE.match(each.text)]


def test_scopes_differ_in_words() -> None:
    """Two scopes read differently."""
    assert scope_in_words("jobs:write") == "Read and change jobs"
    assert len({scope_in_words(each) for each in SCOPES}) == len(SCOPES)


def test_a_group_counts_what_is_chosen() -> None:
    """Its heading says how many are."""
    people = next(each for each in permission_groups({"user.read", "job.read"}) if each.name == "People")
    assert people.chosen == 1
    assert [each.value for each in people.rights if each.is_chosen] == ["user.read"]
