"""``auscult recordings``: the sound of conversations."""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import msgspec
import typer
from msgspec.structs import replace

from auscult.cli.terminal import input_files, options
from auscult.domain.errors import AuscultError, RecordingError
from auscult.domain.recordings.recording import Claims, Speaker

if TYPE_CHECKING:
    from auscult.domain.recordings.recording import Recording
    from auscult.formats import Limits
    from auscult.services.recordings.folders import FileOfConversation


_SPEAKERS: dict[str, Speaker] = {name: name for name in get_args(Speaker)}


def _known(speakers: list[str] | None) -> list[str] | None:
    for speaker in speakers or ():
        if speaker not in _SPEAKERS:
            raise typer.BadParameter(f"unknown speaker {speaker!r}; available: {', '.join(_SPEAKERS)}")
    return speakers


Conversation = Annotated[str, typer.Argument(metavar="CONVERSATION", help="Id of a loaded conversation.")]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", callback=options.must_exist, help="WAV, FLAC, MP3, Ogg Vorbis or Ogg Opus."),
]
Speakers = Annotated[
    list[str] | None,
    typer.Option(
        "--speaker",
        metavar="SPEAKER",
        callback=_known,
        help="agent, customer or unknown: the speaker of each channel, the left one first; repeat for each.",
    ),
]


def add(
    conversation: Conversation,
    files: Files,
    *,
    app: options.KnownApp,
    speakers: Speakers = None,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add recordings to a conversation. Bytes that it already has are not stored again.

    A file that cannot be stored is named, and the others are added.
    """
    from auscult import bootstrap
    from auscult.cli.terminal.errors import report
    from auscult.services.recordings.accept import Upload

    refused = 0
    settings = options.settings_of_existing(database)
    folder = bootstrap.recordings.folder(settings)
    with bootstrap.open(settings) as application:
        store = application.store.within(options.known_tenant(application.store, app))
        for file in files:
            claims = Claims(content_type=_type_of(file), speakers=tuple(_SPEAKERS[each] for each in speakers or ()))
            try:
                with file.open("rb") as source:
                    added = Upload(store, folder, conversation, claims, partial(datetime.now, UTC)).receive(source)
            except AuscultError as error:
                refused += 1
                typer.echo(f"{file}:", err=True)
                report(error, as_json=as_json)
                continue
            _show(added, as_json=as_json)
    if refused:
        raise typer.Exit(1)


def load(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER|FILE", help="Files named by their conversations, or a CSV or documents that name them."
        ),
    ],
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """Add a folder of sound: each file to the conversation that it is named after, or that a CSV or a document names for it.

    Of two mono files, one is called ID.agent.wav and the other one ID.customer.wav. The columns of a CSV are
    conversation_id, file, speaker, duration_ms and sha256. Documents (JSON) name files in their recordings. What cannot
    be stored is named, and the others are added.
    """
    from auscult import bootstrap
    from auscult.cli.terminal.errors import report
    from auscult.services.recordings.accept import Upload

    if not source.exists():
        raise typer.BadParameter(f"there is no folder and no file {source}")
    refused = added = 0
    settings = options.settings_of(database)
    folder = bootstrap.recordings.folder(settings)
    with bootstrap.open(settings) as application:
        tenant = options.known_tenant(application.store, app)
        store = application.store.within(tenant)
        for each in _files(source, tenant.app_id, input_files.limits_of(settings)):
            try:
                if not each.path.is_file():
                    raise RecordingError(f"there is no file {each.path}", code="recording.unknown")
                claims = replace(each.claims, content_type=each.claims.content_type or _type_of(each.path))
                upload = Upload(store, folder, each.conversation_id, claims, partial(datetime.now, UTC))
                with each.path.open("rb") as opened:
                    recording = upload.receive(opened)
            except AuscultError as error:
                refused += 1
                typer.echo(f"{each.path}:", err=True)
                report(error, as_json=as_json)
                continue
            added += 1
            _show(recording, as_json=as_json)
    if not as_json:
        typer.echo(f"{added} added, {refused} refused")
    if refused:
        raise typer.Exit(1)


def listing(
    conversation: Conversation,
    *,
    app: options.KnownApp,
    database: options.Database = None,
    as_json: options.AsJson = False,
) -> None:
    """List the recordings of a conversation, the oldest first."""
    with options.known_app(database, app) as store:
        for recording in store.recordings.of(conversation):
            _show(recording, as_json=as_json)


def _files(source: Path, app_id: str, limits: "Limits") -> Iterator["FileOfConversation"]:
    """Yield the files of a folder, of a CSV, or of documents."""
    from auscult.services.recordings.folders import files_in_documents, files_in_list, files_of
    from auscult.services.scoring.intake.read import read_file

    if source.is_dir():
        return files_of(source)
    if source.suffix.lower() == ".csv":
        return files_in_list(source)
    return files_in_documents(read_file(source, app_id, limits), source.parent)


def _type_of(file: Path) -> str:
    """Return the media type that a file's ending declares."""
    return mimetypes.guess_type(file.name)[0] or ""


def _show(recording: "Recording", *, as_json: bool) -> None:
    sound = recording.sound
    if as_json:
        shown = {
            "recording_id": recording.recording_id,
            "conversation_id": recording.conversation_id,
            "state": recording.state,
            **msgspec.structs.asdict(sound),
            "speakers": recording.speakers,
            "sha256": recording.sha256,
            "size": recording.size,
        }
        typer.echo(msgspec.json.encode(shown).decode())
        return
    channels = "/".join(recording.speakers)
    typer.echo(f"{recording.recording_id}  {sound.duration_ms / 1000:.1f} s  {sound.codec}  {channels}")
