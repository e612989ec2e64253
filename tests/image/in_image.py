"""Running commands in the image: with a container engine, or in chroot where there is none."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

UID = 10001
STATE = "/var/lib/auscult"
IN_CHROOT = r"""
mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t tmpfs tmpfs "$1/tmp" && chmod 1777 "$1/tmp"
mount --bind "$2" "$1/var/lib/auscult" && mount --bind /etc/resolv.conf "$1/etc/resolv.conf" 2>/dev/null || true
root=$1; shift 2
exec chroot "$root" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
"""A read-only root but for /tmp and the folder of state, as user 10001 and without capabilities, as compose starts it."""


class Image:
    """An image whose commands share a folder of state and the network of this machine."""

    def __init__(self, engine: str, name: str, state: Path) -> None:
        """``name``: the image's of an engine, or the folder of its root."""
        self.engine, self.name, self.state = engine, name, state
        self.variables = self._configured()

    def command(self, *words: str, **settings: str) -> list[str]:
        """Return the command that runs these words in the image with these settings."""
        if self.engine != "buildah":
            hard = "--rm --network=host --read-only --tmpfs=/tmp --cap-drop=ALL --security-opt=no-new-privileges"
            given = [f"--env={name}={value}" for name, value in settings.items()]
            return [self.engine, "run", *hard.split(), f"--volume={self.state}:{STATE}", *given, self.name, *words]
        given = [f"{name}={value}" for name, value in {**self.variables, **settings}.items()]
        entered = ["unshare", "--mount", "--", "sh", "-euc", IN_CHROOT, "sh", self.name, str(self.state)]
        return [*entered, "env", "--chdir=/var/lib/auscult", "-i", *given, "auscult", *words]

    def run(self, *words: str, **settings: str) -> str:
        """Run a command to its end; return its output, standard error after it."""
        done = subprocess.run(self.command(*words, **settings), capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _configured(self) -> Mapping[str, str]:
        """Return what the Dockerfile sets."""
        text = (Path(__file__).parents[2] / "deploy" / "Dockerfile").read_text(encoding="utf-8").rpartition("\nENV ")[2]
        lines = text.partition("\nWORKDIR")[0].replace("\\\n", " ").split()
        return dict(each.replace("$PATH", "/usr/local/bin:/usr/bin:/bin").split("=", 1) for each in lines)


@contextmanager
def image(name: str, state: Path) -> Iterator[Image]:
    """The image of this name, of the engine that ``tools/image`` builds it with."""
    shutil.chown(state, UID, UID)
    engines = [each for each in ("docker", "podman") if shutil.which(each) and _quiet(each, "info")]
    if engines:
        yield Image(engines[0], name, state)
        return
    container = _said("buildah", "from", name)
    try:
        yield Image("buildah", _said("buildah", "mount", container), state)
    finally:
        _said("buildah", "rm", container)


def _quiet(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, check=False).returncode == 0  # noqa: S603


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
