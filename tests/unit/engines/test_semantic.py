"""The semantic engine where nothing of it is installed: it says what is missing (tests/semantic has the rest)."""

from pathlib import Path

import pytest

from auscult import bootstrap
from auscult.config import read_settings
from auscult.domain.errors import SettingsError
from auscult.engines.semantic import _folder_of
from tests.data_files import data_of


def test_says_what_to_install() -> None:
    """The base installation has no torch; whoever asks for semantic embeddings is told at the start, and how to get them."""
    with pytest.raises(SettingsError, match=r"pip install 'auscult\[semantic\]'") as caught:
        bootstrap.evaluator(read_settings({"AUSCULT_EMBEDDINGS": "semantic"}))
    assert (caught.value.reason, caught.value.field) == ("embeddings.missing", "AUSCULT_EMBEDDINGS")


@pytest.mark.parametrize(("model", "wrong"), data_of(__file__, "a_model_that_is_not_here_is_not_looked_for_elsewhere"))
def test_a_model_that_is_not_here_is_not_looked_for_elsewhere(model: str | None, wrong: str) -> None:
    """A name as of a model hub, a package without a model, a folder that is not there."""
    with pytest.raises(SettingsError, match=wrong) as caught:
        _folder_of(model)
    assert (caught.value.reason, caught.value.field) == ("embeddings.no_model", "AUSCULT_EMBEDDINGS_MODEL")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """And one with a model is taken."""
    with pytest.raises(SettingsError, match=r"has no modules\.json"):
        _folder_of(str(tmp_path))
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    assert _folder_of(str(tmp_path)) == tmp_path
