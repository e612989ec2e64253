"""Recordings of one database: the folder of their bytes, and the removal of what is due."""
# ruff: noqa: PLC0415  (heavy rooms are imported where they are used)

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from auscult.bootstrap.connections import networks_of
from auscult.bootstrap.keys import key_path, secret_key, sqlite_path
from auscult.config import Settings

if TYPE_CHECKING:
    from auscult.services.recordings.transcription import Recogniser, Transcribing
    from auscult.services.recordings.work import RecordingWork
    from auscult.storage import Store
    from auscult.storage.recordings.folder import RecordingFolder


def folder(settings: Settings) -> "RecordingFolder":
    """Return the store of the settings, else a folder next to the database's file.

    Next to the key of a database that several hosts can share, the folder is only read: it accepts nothing.
    """
    from auscult.storage.recordings.blobs import SCHEMES, ObjectBlobs, ObjectLinks
    from auscult.storage.recordings.folder import RecordingFolder
    from auscult.storage.recordings.keys import RecordingKeys

    beside = sqlite_path(settings) or key_path(settings).with_suffix("")
    path = beside.with_name(beside.name + ".recordings")
    blobs = None
    if settings.recordings is not None and settings.recordings.startswith(SCHEMES):
        blobs = ObjectBlobs(settings.recordings)
    elif settings.recordings is not None:
        path = Path(settings.recordings)
    keys = RecordingKeys(settings.database_url, lambda: secret_key(settings)[0])
    links = ObjectLinks((settings.recording_objects or "").split())
    seals = settings.recording_encryption == "on"
    return RecordingFolder(path, blobs, keys, seals=seals, links=links, is_shared=has_place(settings))


def has_place(settings: Settings) -> bool:
    """Return whether every process of the database reads the recordings that one of them stores."""
    return settings.recordings is not None or sqlite_path(settings) is not None


def warnings(settings: Settings) -> tuple[str, ...]:
    """Return what a server with these settings states while it is ready."""
    from auscult.storage.recordings.folder import NO_PLACE, PLACE_REMEDY

    return () if has_place(settings) else (f"{NO_PLACE}; {PLACE_REMEDY}",)


def volumes(settings: Settings) -> dict[str, Path]:
    """Return the folders that grow: that of the database's file or of the state, and of recordings that are no objects."""
    sound = folder(settings)
    found = {"state": (sqlite_path(settings) or key_path(settings)).absolute().parent}
    return found | {"recordings": sound.path.absolute()} if sound.is_folder else found


def remove_due(settings: Settings, store: "Store") -> int:
    """Remove the files of recordings that were erased or never committed, and return how many there were."""
    from auscult.services.recordings.removal import remove_due

    return remove_due(store.recordings, folder(settings))


def transcription(settings: Settings, store: "Store") -> "Transcribing | None":
    """Return what transcribes recordings, None where no server of speech to text is set."""
    from auscult.services.recordings.transcription import Transcribing

    found = recogniser(settings)
    if found is None:
        return None
    now = partial(datetime.now, UTC)
    return Transcribing(store, folder(settings), found, now, settings.transcriber_minutes_per_day)


def transcribes(settings: Settings) -> bool:
    """Return whether ``recogniser`` returns one."""
    return settings.transcriber_url is not None or settings.transcriber_folder is not None


def recogniser(settings: Settings) -> "Recogniser | None":
    """Return the recogniser of the settings: a server, else a local model; None where neither is set."""
    from auscult.workers.background.transcriber import OpenAiRecogniser
    from auscult.workers.local_recogniser import FasterWhisperRecogniser

    if settings.transcriber_url is None:
        if settings.transcriber_folder is None:
            return None
        return FasterWhisperRecogniser(Path(settings.transcriber_folder), settings.transcriber_timeout_s)
    return OpenAiRecogniser(
        settings.transcriber_url,
        settings.transcriber_model,
        settings.transcriber_api_key,
        settings.transcriber_timeout_s,
    )


def work(settings: Settings, store: "Store") -> "RecordingWork":
    """Return what fetches recordings and makes copies of them."""
    from auscult.services.recordings.work import RecordingWork
    from auscult.workers.background.recording_worker import LinkFetcher

    sound = folder(settings)
    fetcher = LinkFetcher(settings.recording_links, networks_of(settings), settings.recording_bytes, sound.links)
    is_copied = settings.recording_copies == "on"
    return RecordingWork(store, sound, fetcher, recogniser(settings), is_copied=is_copied)


@contextmanager
def background(settings: Settings, store: "Store") -> Generator[None]:
    """Run what goes on with recordings in threads alongside a worker."""
    from auscult.workers.background.recording_remover import RecordingRemover
    from auscult.workers.background.recording_worker import RecordingWorker
    from auscult.workers.background.transcriber import Transcriber

    with (
        Transcriber(transcription(settings, store)),
        RecordingWorker(work(settings, store)),
        RecordingRemover(partial(remove_due, settings, store)),
    ):
        yield
