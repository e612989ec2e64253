"""What each version of a form changed, and how often each of its metrics has said something new (rule 7)."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from auscult.domain.definitions.form_version import FormVersion
from auscult.services.definitions.forms.difference import VersionChanges, history

NOW = datetime(2026, 3, 24, tzinfo=UTC)


def metric(name: str, weight: int, *phrases: str) -> dict[str, Any]:
    """A metric of this weight that looks for these phrases."""
    answer = {"any_of": [{"phrases": phrases or ("hello",)}]}
    return {"id": name, "name": name, "type": "by_question", "weight": weight, "answer": answer}


def versions(*forms: dict[str, Any] | None) -> list[FormVersion]:
    """These as versions, the newest first; None is one that cannot be read any more."""
    made = [
        FormVersion(
            form_id="ef-1",
            version=at,
            document=b"no form" if each is None else msgspec.json.encode(FORM | each),
            published_at=NOW,
        )
        for at, each in enumerate(forms, 1)
    ]
    return made[::-1]


FORM: dict[str, Any] = {"id": "ef-1", "name": "Form", "channel": "voice"}
FIRST = {"metrics": [metric("em-1", 60), metric("em-2", 40)]}
HEAVIER = {"metrics": [metric("em-1", 50), metric("em-2", 50)], "pass_score": 70}
OTHER = {"metrics": [metric("em-1", 50), metric("em-3", 50, "bye")], "pass_score": 70}
BACK = {"metrics": [metric("em-1", 50), metric("em-2", 50)], "pass_score": 70}


def test_every_version_says_what_it_changed() -> None:
    """Metrics by id, fields of the form by name; the versions of metrics go on where one comes back."""
    back, other, heavier, first = history(versions(FIRST, HEAVIER, OTHER, BACK))
    assert first == VersionChanges(
        added=None, removed=None, changed=None, fields=None, metric_versions={"em-1": 1, "em-2": 1}
    )
    assert heavier == VersionChanges(
        added=(), removed=(), changed=("em-1", "em-2"), fields=("pass_score",), metric_versions={"em-1": 2, "em-2": 2}
    )
    assert other == VersionChanges(
        added=("em-3",), removed=("em-2",), changed=(), fields=(), metric_versions={"em-1": 2, "em-3": 1}
    )
    assert (back.added, back.removed, back.metric_versions) == (("em-2",), ("em-3",), {"em-1": 2, "em-2": 3})


def test_a_version_that_can_no_longer_be_read() -> None:
    """Nothing is said of it, nor of what the next one changed; the others are told."""
    newest, unreadable, first = history(versions(FIRST, None, HEAVIER))
    assert (unreadable.added, unreadable.metric_versions) == (None, None)
    assert newest.changed is None
    assert newest.metric_versions is not None
    assert first.metric_versions == {"em-1": 1, "em-2": 1}
    assert history([]) == []
