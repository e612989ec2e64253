"""Reasons of jobs and connectors in the reader's language."""

import pytest

from auscult.language import speaking
from auscult.server.console.frame.reasons import job_in_words, run_in_words
from auscult.server.console.frame.reasons.stored import RUNS, WORK
from tests.data_files import tuples_of
from tests.template_parts import outdated_parts

WRITING = ("services/connectors", "domain/connectors", "storage", "workers")
COMPOSED = tuples_of(__file__, "composed")
"""Parts that a module composes of several."""


def test_jobs_have_reasons_of_their_own_and_of_the_engine() -> None:
    """What is in neither stays as it is, escaped once."""
    stored = "its processing was begun 5 times and never came to an end"
    assert job_in_words(stored) == stored
    with speaking("de"):
        assert job_in_words(stored).startswith("die Verarbeitung wurde 5-mal begonnen")
        assert job_in_words("the language of the conversation is unknown") == "Die Sprache des Gesprächs ist unbekannt"
        assert job_in_words("<b> & co") == "&lt;b&gt; &amp; co"


def test_runs_of_connectors() -> None:
    """A fault of another system follows in its own words."""
    with speaking("de"):
        assert run_in_words("the store cannot be read: 403 Forbidden") == "der Speicher ist nicht lesbar: 403 Forbidden"
        assert run_in_words("queue Sales is new: 12 conversations today").endswith("heute 12 Gespräche")
        assert run_in_words("something else") == "something else"


@pytest.mark.landing
def test_no_template_is_out_of_date() -> None:
    """Each part of a template is still in the code, so that a reason that is reworded is noticed."""
    assert outdated_parts((*WORK, *RUNS), WRITING, COMPOSED) == []
