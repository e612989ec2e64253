"""The steps of ``deploy/Dockerfile``, with a folder in place of the image's root: no daemon is needed to run them.

The packages that are pinned are links to this environment's, which ``make`` installed by the same step. The step that
installs packages of Debian and adds the user is left out, as it needs an image of its own, as is the stage that makes
the environment smaller: ``make test-image`` tries the built image.
"""

import json
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.installing import ROOT, dependencies, run
from tests.integration.program import environment
from tests.waiting import PATIENCE_S, fixed_port

pytestmark = pytest.mark.night

STEP = re.compile(r"^([A-Z]+) ((?:.*\\\n)*.*)", re.MULTILINE)
OF_THE_IMAGE = re.compile(r"(?<![\w:])/(?=opt/auscult|var/lib/auscult|build)")
PORT = "8484"


class Step(NamedTuple):
    """An instruction, and its text on one line."""

    name: str
    text: str


def steps() -> list[list[Step]]:
    """Return the instructions of each stage."""
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8"))
    stages: list[list[Step]] = []
    for name, rest in STEP.findall(text):
        if name == "FROM":
            stages.append([])
        elif stages:
            stages[-1].append(Step(name, re.sub(r"\s*\\\n\s*", " ", rest)))
    return stages


def is_sent(path: Path) -> bool:
    """Return whether .dockerignore lets a file into the build."""
    sent = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = path.as_posix().split("/")
        if any(fnmatch("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1)) or (
            "**" in line and any(fnmatch(part, pattern) for part in parts)
        ):
            sent = line.startswith("!")
    return sent


def copied(words: str, folder: Path) -> None:
    """Copy what a COPY names and .dockerignore lets through."""
    *sources, target = words.split()
    for source in sources:
        found = ROOT / source
        files = [each for each in found.rglob("*") if each.is_file()] if found.is_dir() else [found]
        for file in (each for each in files if is_sent(each.relative_to(ROOT))):
            inside = file.relative_to(found) if found.is_dir() else Path(file.name if target.endswith("/") else "")
            (folder / target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / target / inside)


def built(root: Path, seen: Path) -> None:
    """Run the steps of the first stage below a folder."""
    folder = root
    for step in steps()[0]:
        if step.name == "WORKDIR":
            folder = root / step.text.lstrip("/")
            folder.mkdir(parents=True)
        elif step.name == "COPY":
            copied(step.text, folder)
        else:
            assert step.name == "RUN"
            for command in OF_THE_IMAGE.sub(f"{root}/", step.text).split(" && "):
                run(folder, "sh", "-ec", command)
                for purelib in (root / "opt").glob("auscult/lib/*/site-packages"):
                    (purelib / "dependencies.pth").write_text(f"{seen}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of what the Dockerfile builds."""
    root = tmp_path_factory.mktemp("image")
    built(root, dependencies(tmp_path_factory, "base.txt", "image.txt"))
    (root / "var" / "lib" / "auscult").mkdir(parents=True)
    return root


def test_the_image_serves_and_its_health_check_passes(image: Path) -> None:
    """It is built from the files that are sent to a daemon and no others; its command runs with its environment."""
    final = steps()[-1]
    port = str(fixed_port())
    (variables,) = (OF_THE_IMAGE.sub(f"{image}/", step.text) for step in final if step.name == "ENV")
    given = dict(each.split("=", 1) for each in variables.split())
    given |= {"PATH": given["PATH"].replace("$PATH", environment()["PATH"]), "AUSCULT_PORT": port}
    given["AUSCULT_DATABASE_URL"] = f"sqlite:///{image}/var/lib/auscult/auscult.db"
    words = [word for step in final if step.name in {"ENTRYPOINT", "CMD"} for word in json.loads(step.text)]
    (check,) = (re.sub(r".* CMD ", "", step.text) for step in final if step.name == "HEALTHCHECK")
    seen = {name: value for name, value in environment(**given).items() if name != "PYTHONPATH"}
    command = [str(image / "opt/auscult/bin" / words[0]), *words[1:]]
    with subprocess.Popen(command, cwd=image, env=seen, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout
            assert server.stdout.readline().startswith("auscult serves http://")
            run(image, *json.loads(check.replace(PORT, port)), PATH=given["PATH"])
            server.terminate()
            assert server.wait(timeout=PATIENCE_S) == 0
        finally:
            server.kill()
    assert (image / "var/lib/auscult/auscult.db").stat().st_size > 0
