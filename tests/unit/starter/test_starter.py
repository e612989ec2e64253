"""The forms that come along: right, alike, and by the ids that reports and labels use."""

import pytest

from auscult.domain.form import Form
from auscult.services.definitions.forms.reading import check_form, starter_document, starter_documents, starter_forms
from tests.data_files import tuples_of

IDS = tuples_of(__file__, "ids")
FORMS = {form.channel: form for form in starter_forms()}


def test_there_is_one_for_each_channel() -> None:
    """Voice and chat, each under its id."""
    assert {channel: form.id for channel, form in FORMS.items()} == {
        "voice": "ef-starter-voice",
        "chat": "ef-starter-chat",
    }
    assert set(starter_documents()) == {"voice", "chat"}


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)
def test_is_right(form: Form) -> None:
    """No problems, ten metrics by their ids, and positive weights that total 100 (rule 2)."""
    assert check_form(starter_documents()[form.channel]).problems == ()
    assert tuple(metric.id for metric in form.metrics) == IDS
    assert {metric.type for metric in form.metrics} == {"by_question", "by_insight"}
    assert all(metric.weight > 0 for metric in form.metrics)
    assert sum(metric.weight for metric in form.metrics) == 100
    assert (form.scoring, form.pass_score) == ("percentage", 70)
    assert [(one.queue, one.direction) for one in form.assignments] == [("*", "both")]


def test_short_calls_are_left_out_and_short_chats_are_not() -> None:
    """Rule 11."""
    assert (FORMS["voice"].min_duration_ms, FORMS["chat"].min_duration_ms) == (15_000, 0)


def test_the_document_is_readable() -> None:
    """Under 200 lines of at most 120 characters."""
    lines = starter_document().decode().splitlines()
    assert len(lines) < 200
    assert max(map(len, lines)) <= 120
