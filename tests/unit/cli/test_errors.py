"""How errors look on stderr."""

import json

import pytest

from auscult.cli._errors import report
from auscult.domain.errors import AuscultError, FormatError, FormError, RequestError

CASES = [
    (RequestError("give a number", field="--port", value="x"), "error: --port: give a number\n"),
    (RequestError("--port: give a number", field="--port"), "error: --port: give a number\n"),
    (
        FormatError("must be agent", line=3, field="turns[0].speaker"),
        "error: line 3: turns[0].speaker: must be agent\n",
    ),
    (
        FormError("the form has faults", ("f.yaml:3: weight: too much",)),
        "error: the form has faults\nf.yaml:3: weight: too much\n",
    ),
]


@pytest.mark.parametrize(("error", "shown"), CASES)
def test_for_people(capsys: pytest.CaptureFixture[str], error: AuscultError, shown: str) -> None:
    """One line that says where and what, and one for each problem; nothing on stdout."""
    report(error, as_json=False)
    assert capsys.readouterr() == ("", shown)


def test_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """One line of JSON with the stable reason; what is not known is left out."""
    report(FormatError("must be agent", line=3, field="turns[0].speaker", code="speaker.unknown"), as_json=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err) == {
        "error": {"message": "must be agent", "reason": "speaker.unknown", "field": "turns[0].speaker", "line": 3}
    }
