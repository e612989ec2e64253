"""What the blocks of some pages need around them: servers, a cluster, virtual environments. All of it is real."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.how_to.shell import Shell
from tests.installing import ROOT, cloning, demonstrated, dependencies, installed, virtual_environment, wheel
from tests.integration.assist.rerank_server import rerank_server
from tests.integration.program import AUSCULT
from tests.integration.scoring.test_cli_dask import Cluster
from tests.scripted_judge import scripted_judge
from tests.waiting import fixed_port


class Scene(NamedTuple):
    """The session of a page, and where this run of the tests keeps what it makes once."""

    shell: Shell
    factory: pytest.TempPathFactory


Swaps = dict[str, str]


@contextmanager
def port(scene: Scene) -> Iterator[Swaps]:
    """Servers listen on a port that is free."""
    found = str(fixed_port())
    scene.shell.environment |= {"AUSCULT_PORT": found}
    yield {"8600": found, "http://127.0.0.1:8484": f"http://127.0.0.1:{found}"}


EXPORTS = {
    "chat.txt": "01-whatsapp-ios.txt",
    "result.json": "others/telegram.json",
    "meeting.vtt": "03-speakers.vtt",
    "whisperx.json": "05-whisperx.json",
    "deepgram.json": "06-deepgram.json",
    "calls.csv": "09-excel-semicolon-1252.csv",
    "calls.xlsx": "others/german.xlsx",
    "messages.json": "10-openai-messages.json",
    "traces.json": "others/otlp.json",
    "calls.zip": "others/calls.zip",
}


@contextmanager
def exports(scene: Scene) -> Iterator[Swaps]:
    """Files of ten tools."""
    for name, file in EXPORTS.items():
        shutil.copy(ROOT / "tests" / "golden" / "files" / file, scene.shell.folder / name)
    yield {}


@contextmanager
def installing(scene: Scene) -> Iterator[Swaps]:
    """A virtual environment with auscult, to which pip adds an extra, and in which it installs the wheels of this clone."""
    with installing_in(scene, installed(scene.factory)) as swaps:
        yield swaps


@contextmanager
def demonstrating(scene: Scene) -> Iterator[Swaps]:
    """The demo has run once in the folder, so that it starts in seconds; test_wheel.py runs it in an empty one."""
    shutil.copytree(demonstrated(scene.factory) / "here" / ".auscult", scene.shell.folder / ".auscult")
    with port(scene) as swaps:
        yield swaps


@contextmanager
def fresh(scene: Scene) -> Iterator[Swaps]:
    """A virtual environment with the pinned packages and without auscult; a clone has one that is ready."""
    programs = virtual_environment(scene.shell.folder / ".venv", dependencies(scene.factory))
    with installing_in(scene, programs) as swaps, demonstrating(scene) as ports:
        yield swaps | ports | cloning(scene.factory)


@contextmanager
def installing_in(scene: Scene, programs: Path) -> Iterator[Swaps]:
    """Programs of a virtual environment, before all others."""
    scene.shell.environment |= {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(programs.parent),
        "PIP_COMPILE": "0",
        "PIP_QUIET": "1",
    }
    ours, client = wheel(scene.factory), wheel(scene.factory, ROOT / "client")
    yield {
        "pip install auscult-client": f"pip install {client}",
        "pip install 'auscult[": f"pip install '{ours}[",
        "auscult-*.whl": str(ours),
    }


@contextmanager
def resolving(scene: Scene) -> Iterator[Swaps]:
    """The same, and pip only resolves what would be installed: it is too large."""
    with installing(scene) as swaps:
        scene.shell.environment |= {"PIP_DRY_RUN": "1", "PIP_RETRIES": "1"}
        yield swaps


@contextmanager
def judging(scene: Scene) -> Iterator[Swaps]:
    """A server with the OpenAI chat API, and an environment to install its client in."""
    with installing(scene) as swaps, scripted_judge() as judge:
        yield swaps | {"http://127.0.0.1:8000/v1": judge.url}


@contextmanager
def ordering(scene: Scene) -> Iterator[Swaps]:
    """A server that answers as cross-encoders do."""
    with rerank_server(scene.shell.folder / "rerank.log") as encoder:
        yield {"http://127.0.0.1:8080": encoder.url}


@contextmanager
def plugging(scene: Scene) -> Iterator[Swaps]:
    """An environment with auscult, and a copy of the example, as pip builds where the source is."""
    scene.shell.is_real = True
    with installing(scene) as swaps:
        copy = scene.shell.folder / "copy"
        shutil.copytree(ROOT / "examples" / "plugin", copy, ignore=shutil.ignore_patterns("__pycache__"))
        yield swaps | {"examples/plugin": "copy"}


@contextmanager
def clustered(scene: Scene) -> Iterator[Swaps]:
    """A Dask scheduler and a worker, as processes."""
    with ExitStack() as stack:
        cluster = Cluster(scene.shell.folder, stack)
        cluster.worker()
        yield {"tcp://scheduler:8786": cluster.address}


@contextmanager
def deployed(scene: Scene) -> Iterator[Swaps]:
    """The files of ``deploy``, the units where systemd searches below the folder, and the files of a secret."""
    for program in ("kubectl", "systemctl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    folder = scene.shell.folder
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    shutil.copytree(ROOT / "deploy" / "systemd", folder / "etc" / "systemd" / "system")
    ours = ("database_url", "secret_key", "metrics_token", "backup_passphrase")
    for name in (*ours, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        (folder / name).write_text("x")
    yield {}


@contextmanager
def managed(scene: Scene) -> Iterator[Swaps]:
    """The server runs, as systemd would have started it."""
    folder = scene.shell.folder
    program = f"{sys.executable} -m tests.how_to.systemctl {folder} {AUSCULT.parent}"
    scene.shell.environment |= {"AUSCULT_PORT": str(fixed_port()), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    scene.shell.run_in_bash(f'systemctl() {{ {program} "$@"; }}\nsystemctl start auscult')
    try:
        yield {}
        scene.shell.run_in_bash("systemctl stop auscult 'auscult-worker@*'")
    finally:
        for pid in folder.glob("*.pid"):
            os.kill(int(pid.read_text()), signal.SIGKILL)


PROVIDED: Mapping[str, Callable[[Scene], AbstractContextManager[Swaps]]] = {
    "load-what-you-have": exports,
    "ask-an-agent": port,
    "assist-agents-live": ordering,
    "deploy": deployed,
    "embed-with-a-model": resolving,
    "judge-with-a-model": judging,
    "recordings": installing,
    "redact": installing,
    "rotate-keys": managed,
    "run-several-processes": port,
    "score-on-many-machines": clustered,
    "use-the-console": demonstrating,
    "use-the-python-client": installing,
    "write-a-plug-in": plugging,
    "README": fresh,
}
