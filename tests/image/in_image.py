"""Running commands in the image: with a container engine, or in chroot where there is none."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

UID = 10001
STATE = "/var/lib/auscult"
DOCKERFILE = Path(__file__).parents[2] / "deploy" / "Dockerfile"
IN_CHROOT = r"""
mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" && chmod 1777 "$1/tmp"
mount --bind "$2" "$1/var/lib/auscult" && mount --bind /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || true
root=$1; shift 2
exec chroot "$root" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
"""A read-only root but for /tmp and the folder of state, as user 10001 and without capabilities, as compose starts it."""


class Image:
    """An image whose commands share their state and the network of this machine."""

    def __init__(self, engine: str, name: str, root: str, state: str) -> None:
        """``root``: what the engine starts, or the folder of the image's root; ``state``: a volume, or a folder."""
        self.engine, self.name, self._root, self._state = engine, name, root, state
        text = DOCKERFILE.read_text(encoding="utf-8")
        self._variables = _variables(text)
        official = text.partition("\nARG BASE=")[2].partition("\n")[0]
        own = "localhost/auscult-base:trixie" if engine == "buildah" else official
        self._base = os.environ.get("BASE") or own

    def command(self, *words: str, **settings: str) -> list[str]:
        """Return the command that runs auscult with these words in the image with these settings."""
        return self._inside("auscult", *words, **settings)

    def run(self, *words: str, **settings: str) -> str:
        """Run a command of auscult to its end; return its output, standard error after it."""
        done = subprocess.run(self.command(*words, **settings), capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the state, as the user of the image."""
        subprocess.run(self._inside("tee", f"{STATE}/{name}"), input=content, stdout=subprocess.DEVNULL, check=True)  # noqa: S603

    def ask(self, *words: str) -> str:
        """Return what a program of the image prints."""
        return _said(*self._inside(*words))

    def megabytes(self) -> tuple[float, float]:
        """Return the size of the image, and that of its base."""
        if self.engine != "buildah":
            _said(self.engine, "pull", "--quiet", self._base)  # a builder keeps it to itself
        return _megabytes(self.engine, self.name), _megabytes(self.engine, self._base)

    def _inside(self, program: str, *words: str, **settings: str) -> list[str]:
        if self.engine != "buildah":
            hard = "--rm --interactive --network=host --read-only --tmpfs=/tmp --cap-drop=ALL --security-opt=no-new-privileges"
            given = [f"--env={name}={value}" for name, value in settings.items()]
            place = [f"--volume={self._state}:{STATE}", f"--entrypoint={program}"]
            return [self.engine, "run", *hard.split(), *place, *given, self._root, *words]
        given = [f"{name}={value}" for name, value in {**self._variables, **settings}.items()]
        entered = ["unshare", "--mount", "--", "sh", "-euc", IN_CHROOT, "sh", self._root, self._state]
        return [*entered, "env", f"--chdir={STATE}", "-i", *given, program, *words]


@contextmanager
def image(name: str, folder: Path) -> Iterator[Image]:
    """The image of this name, of the engine that ``tools/image`` builds it with.

    The state of an engine is a volume, which begins as the image's folder: whoever may ask the engine need not be root.
    """
    engines = [each for each in ("docker", "podman") if shutil.which(each) and _quiet(each, "info")]
    if engines:
        volume = f"auscult-test-{uuid.uuid4().hex}"
        _said(engines[0], "volume", "create", volume)
        try:
            yield Image(engines[0], name, name, volume)
        finally:
            _said(engines[0], "volume", "rm", "--force", volume)
        return
    shutil.chown(folder, UID, UID)
    container = _said("buildah", "from", name)
    try:
        yield Image("buildah", name, _said("buildah", "mount", container), str(folder))
    finally:
        _said("buildah", "rm", container)


def _variables(text: str) -> Mapping[str, str]:
    """Return what the Dockerfile sets."""
    lines = text.rpartition("\nENV ")[2].partition("\nWORKDIR")[0].replace("\\\n", " ").split()
    return dict(each.replace("$PATH", "/usr/local/bin:/usr/bin:/bin").split("=", 1) for each in lines)


def _megabytes(engine: str, name: str) -> float:
    if engine != "buildah":
        return int(_said(engine, "image", "inspect", "--format", "{{.Size}}", name)) / 1e6
    number, unit = _said("buildah", "images", "--format", "{{.Size}}", name).split()
    return float(number) * {"MB": 1, "GB": 1000}[unit]


def _quiet(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0  # noqa: S603


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
