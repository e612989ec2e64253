"""The tables of recordings. The bytes are in a folder; ``recording_removals`` lists files that are to be removed."""

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, index_of, number

HAS_FAILED = "state = 'failed'"
"""Of a task or a transcription, in the words of their indexes."""

recordings = sa.Table(
    "recordings",
    METADATA,
    number("recording"),
    sa.Column("recording_id", KEY, nullable=False, unique=True),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("codec", sa.Text, nullable=False),
    sa.Column("duration_ms", sa.BigInteger, nullable=False),
    sa.Column("channels", sa.Integer, nullable=False),
    sa.Column("sample_rate", sa.Integer, nullable=False),
    sa.Column("speakers", sa.Text, nullable=False),  # JSON array, one for each channel
    sa.Column("sha256", KEY, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("location", KEY, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("source", sa.Text),  # the link that the bytes are fetched from; null where they were sent
    sa.Column("reason", sa.Text),  # why the bytes are not there
    sa.UniqueConstraint("conversation", "sha256"),
)

# The keys of an app's files, the present one and those before it.
recording_keys = sa.Table(
    "recording_keys",
    METADATA,
    number("recording_key"),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), nullable=False, index=True),
    sa.Column("locked", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("retired_at", sa.BigInteger),  # from when on no new file is encrypted with it
)

# What is done with a recording in the background: its bytes fetched, figures, a copy that browsers play, redaction.
recording_tasks = sa.Table(
    "recording_tasks",
    METADATA,
    sa.Column("recording", NUMBER, sa.ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    sa.Column("kind", KEY, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, index=True),  # of waiting: the next try; of running: the end of its lease
    sa.Column("result", sa.LargeBinary),  # JSON
    index_of("ix_recording_tasks_failed", HAS_FAILED, "kind"),
)

# Bytes that came inside a document, until they are in the store of the bytes.
recording_contents = sa.Table(
    "recording_contents",
    METADATA,
    sa.Column("recording", NUMBER, sa.ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

# Written before a file is, and in the transaction that erases: a crash leaves no file that no row names.
recording_removals = sa.Table(
    "recording_removals",
    METADATA,
    sa.Column("location", KEY, primary_key=True),
    sa.Column("due_at", sa.BigInteger, nullable=False),
)

transcriptions = sa.Table(
    "transcriptions",
    METADATA,
    sa.Column("recording", NUMBER, sa.ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("engine", sa.Text),
    sa.Column("starts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, index=True),  # of waiting: the next try; of running: the end of its lease
    sa.Column("words", sa.LargeBinary),  # JSON
    index_of("ix_transcriptions_failed", HAS_FAILED, "recording"),
)

# Transcripts that another one has replaced.
transcripts = sa.Table(
    "transcripts",
    METADATA,
    sa.Column("recording", NUMBER, sa.ForeignKey("recordings.recording"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("words", sa.LargeBinary, nullable=False),  # JSON
)

transcription_days = sa.Table(
    "transcription_days",
    METADATA,
    sa.Column("day", KEY, primary_key=True),
    sa.Column("ms", sa.BigInteger, nullable=False),
)

recording_uploads = sa.Table(
    "recording_uploads",
    METADATA,
    sa.Column("upload_id", KEY, primary_key=True),
    app_column(),
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), nullable=False, index=True),
    sa.Column("location", KEY, nullable=False),
    sa.Column("claims", sa.Text, nullable=False),  # JSON
    sa.Column("created_at", sa.BigInteger, nullable=False),
)
