"""The tables of recordings. The bytes are in a folder; ``recording_removals`` lists files that are to be removed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, index_of

HAS_FAILED = "state = 'failed'"
"""Of a task or a transcription, in the words of their indexes."""

recordings = Table(
    "recordings",
    METADATA,
    Column("recording", NUMBER, primary_key=True),
    Column("recording_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False),
    Column("state", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("codec", Text, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("sample_rate", Integer, nullable=False),
    Column("speakers", Text, nullable=False),  # JSON array, one for each channel
    Column("sha256", KEY, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("location", KEY, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("source", Text),  # the link that the bytes are fetched from; null where they were sent
    Column("reason", Text),  # why the bytes are not there
    UniqueConstraint("conversation", "sha256"),
)

# The keys of an app's files, the present one and those before it.
recording_keys = Table(
    "recording_keys",
    METADATA,
    Column("recording_key", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False, index=True),
    Column("locked", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),  # from when on no new file is encrypted with it
)

# What is done with a recording in the background: its bytes fetched, figures, a copy that browsers play, redaction.
recording_tasks = Table(
    "recording_tasks",
    METADATA,
    Column("recording", NUMBER, ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    Column("kind", KEY, primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("starts", Integer, nullable=False),
    Column("due_at", BigInteger, index=True),  # of waiting: the next try; of running: the end of its lease
    Column("result", LargeBinary),  # JSON
    index_of("ix_recording_tasks_failed", HAS_FAILED, "kind"),
)

# Bytes that came inside a document, until they are in the store of the bytes.
recording_contents = Table(
    "recording_contents",
    METADATA,
    Column("recording", NUMBER, ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# Written before a file is, and in the transaction that erases: a crash leaves no file that no row names.
recording_removals = Table(
    "recording_removals",
    METADATA,
    Column("location", KEY, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
)

transcriptions = Table(
    "transcriptions",
    METADATA,
    Column("recording", NUMBER, ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("engine", Text),
    Column("starts", Integer, nullable=False),
    Column("due_at", BigInteger, index=True),  # of waiting: the next try; of running: the end of its lease
    Column("words", LargeBinary),  # JSON
    index_of("ix_transcriptions_failed", HAS_FAILED, "recording"),
)

# Transcripts that another one has replaced.
transcripts = Table(
    "transcripts",
    METADATA,
    Column("recording", NUMBER, ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("engine", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("words", LargeBinary, nullable=False),  # JSON
)

transcription_days = Table(
    "transcription_days",
    METADATA,
    Column("day", KEY, primary_key=True),
    Column("ms", BigInteger, nullable=False),
)

recording_uploads = Table(
    "recording_uploads",
    METADATA,
    Column("upload_id", KEY, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), nullable=False, index=True),
    Column("location", KEY, nullable=False),
    Column("claims", Text, nullable=False),  # JSON
    Column("created_at", BigInteger, nullable=False),
)
