"""Paths of the reports (rule 22)."""

import pytest

from auscult.reports import REPORTS
from auscult.server.vendor.routes import path_pattern
from tests.data_files import data_of

TEMPLATE = "/qualityai/api/v1/public/qualitymanagement/app/{streamId}/scorereporting"


@pytest.mark.parametrize("path", data_of(__file__, "letter_case_and_doubled_slashes_do_not_matter"))
def test_letter_case_and_doubled_slashes_do_not_matter(path: str) -> None:
    """Rule 22: tolerated, and the app's id keeps its letters."""
    found = path_pattern(TEMPLATE).fullmatch(path)
    assert found
    assert found["streamId"] == "st-1"


@pytest.mark.parametrize("path", data_of(__file__, "other_paths_are_other_paths"))
def test_other_paths_are_other_paths(path: str) -> None:
    """Nothing else is taken for the report."""
    assert not path_pattern(TEMPLATE).fullmatch(path)


def test_ids_keep_their_letters() -> None:
    """Letter case is tolerated in what we spell, not in what users named."""
    found = path_pattern(TEMPLATE).fullmatch(TEMPLATE.upper().replace("{STREAMID}", "St-ÄB"))
    assert found
    assert found["streamId"] == "St-ÄB"


def test_no_path_belongs_to_two_reports() -> None:
    """Each path of each report leads to that report alone."""
    patterns = [(name, path_pattern(path)) for name, report in REPORTS.items() for path in report.paths]
    for name, report in REPORTS.items():
        for path in report.paths:
            assert {other for other, pattern in patterns if pattern.fullmatch(path)} == {name}
