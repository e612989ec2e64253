"""The tables of people. What each is for: docs/reference/database.md."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER


def _user() -> Column[Any]:
    return Column("user", NUMBER, ForeignKey("users.user"), nullable=False)


users = Table(
    "users",
    METADATA,
    Column("user", NUMBER, primary_key=True),
    Column("user_id", KEY, nullable=False, unique=True),
    Column("account_id", KEY, nullable=False, index=True),
    Column("email", KEY, nullable=False, unique=True),  # normalised
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("agent_ids", Text, nullable=False),  # JSON array, sorted
    Column("is_break_glass", SmallInteger, nullable=False),
    Column("issuer", KEY),  # of single sign-on, once known
    Column("subject", KEY),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "issuer", "subject", unique=True),
)

credentials = Table(
    "credentials",
    METADATA,
    Column("user", NUMBER, ForeignKey("users.user"), primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),  # Argon2id, with its parameters and salt
    Column("set_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("session", NUMBER, primary_key=True),
    Column("session_id", KEY, nullable=False, unique=True),
    Column("hash", KEY, nullable=False, unique=True),  # of the secret in the cookie
    _user(),
    Column("method", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("address", Text),
    Column("agent", Text),
    Index(None, "user"),
)

personal_tokens = Table(
    "personal_tokens",
    METADATA,
    Column("token", NUMBER, primary_key=True),
    Column("token_id", KEY, nullable=False, unique=True),
    Column("hash", KEY, nullable=False, unique=True),
    _user(),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index(None, "user"),
)

# A second factor for sign-ins by password or link.
second_factors = Table(
    "second_factors",
    METADATA,
    Column("user", NUMBER, ForeignKey("users.user"), primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),  # encrypted with the secret key
    Column("begun_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),  # null: it waits for a code that confirms it
    Column("last_step", BigInteger),  # the latest time step of which a code was used
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("user", NUMBER, ForeignKey("users.user"), primary_key=True, autoincrement=False),
    Column("hash", KEY, primary_key=True),
    Column("used_at", BigInteger),
)

# Links that sign in once.
sign_in_links = Table(
    "sign_in_links",
    METADATA,
    Column("hash", KEY, primary_key=True),
    _user(),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("is_for_here", Boolean, nullable=False),  # it works from the server's own machine alone
)

# Sign-ins that wait for the identity provider. Each is used once, by the browser that began it.
sign_in_flows = Table(
    "sign_in_flows",
    METADATA,
    Column("state", KEY, primary_key=True),  # hash of the state
    Column("browser", KEY, nullable=False),  # hash of the browser's cookie
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("back", Text, nullable=False),  # path to go to afterwards
    Column("ends_at", BigInteger, nullable=False),
)

# Failed sign-ins, by a hash of the e-mail address and where the try came from.
sign_in_failures = Table(
    "sign_in_failures",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),  # counted anew from then on
)

# Roles of an account's own. Only ever added to: the newest row of a name is in force.
roles = Table(
    "roles",
    METADATA,
    Column("role", NUMBER, primary_key=True),
    Column("account_id", KEY, nullable=False),
    Column("name", KEY, nullable=False),
    Column("permissions", Text),  # JSON array, sorted; null: the role was removed
    Column("at", BigInteger, nullable=False),
    Index(None, "account_id", "name"),
)

grants = Table(
    "grants",
    METADATA,
    Column("grant", NUMBER, primary_key=True),
    Column("grant_id", KEY, nullable=False, unique=True),
    _user(),
    Column("app", NUMBER, ForeignKey("apps.app"), index=True),  # null: every app of the user's account
    Column("role", KEY),
    Column("permission", KEY),
    Column("scope", Text, nullable=False),
    Column("names", Text, nullable=False),  # JSON array, sorted: what the scope names
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", Text),
    Index(None, "user"),
)


# Days on which a person is away, both included.
absences = Table(
    "absences",
    METADATA,
    Column("absence", NUMBER, primary_key=True),
    Column("absence_id", KEY, nullable=False, unique=True),
    _user(),
    Column("since", KEY, nullable=False),  # 2026-03-23
    Column("until", KEY, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("ix_absences_of", "user", "until"),
)

# The ways in which people want notices of a kind; here alone where there is no row.
notice_choices = Table(
    "notice_choices",
    METADATA,
    Column("user", NUMBER, ForeignKey("users.user"), primary_key=True, autoincrement=False),
    Column("kind", KEY, primary_key=True),
    Column("way", Text, nullable=False),
    Column("since", BigInteger, nullable=False),  # earlier notices are not sent
)

# The language of a person's e-mails with notices, and the hour of the daily one.
notice_readers = Table(
    "notice_readers",
    METADATA,
    Column("user", NUMBER, ForeignKey("users.user"), primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("time_zone", Text, nullable=False),  # Europe/Berlin
    Column("digest_hour", SmallInteger, nullable=False),  # in that zone
)

# An e-mail with notices to one person. Its id is its Message-ID, however often it is sent.
notice_mails = Table(
    "notice_mails",
    METADATA,
    Column("mail", NUMBER, primary_key=True),
    Column("mail_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    _user(),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("try_at", BigInteger, nullable=False),  # of a waiting one: not before; of one that is being sent: since
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_notice_mails_state", "app", "state", "try_at"),
    Index("ix_notice_mails_of", "app", "user", "made_at"),
)

# Where notices are sent beyond e-mail: of a person, or of the app.
notice_targets = Table(
    "notice_targets",
    METADATA,
    Column("target", NUMBER, primary_key=True),
    Column("target_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("user", NUMBER, ForeignKey("users.user")),  # null: of the app
    Column("name", Text, nullable=False),
    Column("service", Text, nullable=False),  # Slack
    Column("address", LargeBinary, nullable=False),  # encrypted with the secret key
    Column("kinds", Text, nullable=False),  # JSON array
    Column("language", Text, nullable=False),
    Column("seen", NUMBER, nullable=False),  # the last notice that is done with
    Column("until", NUMBER),  # the last notice of the message that is being sent
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("try_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("ix_notice_targets_of", "app", "user"),
)

# Notices to one person each. A notice is removed with its conversation.
notices = Table(
    "notices",
    METADATA,
    Column("notice", NUMBER, primary_key=True),
    Column("notice_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    _user(),
    Column("kind", Text, nullable=False),
    Column("subject", KEY, nullable=False),  # id of an assignment, draw, dispute, thread or coaching item
    Column("conversation", NUMBER, ForeignKey("conversations.conversation"), index=True),
    Column("conversation_id", KEY),
    Column("caused_by", KEY),  # e-mail address
    Column("things", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
    Column("read_at", BigInteger),
    Column("mail", NUMBER, ForeignKey("notice_mails.mail"), index=True),  # the e-mail that it is in
    Index("ix_notices_of", "app", "user", "read_at", "notice"),
    Index("ix_notices_about", "app", "subject", "kind", "user"),
)


def _app() -> Column[Any]:
    return Column("app", NUMBER, ForeignKey("apps.app"), primary_key=True, autoincrement=False)


agents = Table(
    "agents",
    METADATA,
    _app(),
    Column("agent_id", KEY, primary_key=True),
    Column("name", Text),
    Column("emails", Text, nullable=False),  # JSON array
    Column("hired_on", Text),  # 2026-03-23
    Column("kind", Text),  # ai: no person
)

teams = Table(
    "teams",
    METADATA,
    _app(),
    Column("team_id", KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("lead", Text),  # e-mail address
)

queues = Table(
    "queues",
    METADATA,
    _app(),
    Column("queue_id", KEY, primary_key=True),
    Column("name", Text),
    Column("names", Text, nullable=False),  # JSON array: every name it was seen under, casefolded, sorted
    Column("is_gone", SmallInteger, nullable=False),
)

memberships = Table(
    "memberships",
    METADATA,
    Column("membership", NUMBER, primary_key=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("kind", KEY, nullable=False),  # team, queue
    Column("group_id", KEY, nullable=False),
    Column("agent_id", KEY, nullable=False),
    Column("since", BigInteger),
    Column("until", BigInteger),
    UniqueConstraint("app", "kind", "group_id", "agent_id", "since"),
    Index(None, "app", "kind", "agent_id"),
)

# Renames and merges of queues, teams and agents, in their order; undoing one writes it into the same row.
directory_changes = Table(
    "directory_changes",
    METADATA,
    Column("change", NUMBER, primary_key=True),
    Column("change_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("undone_at", BigInteger),  # null: in force
    Column("body", LargeBinary, nullable=False),
    Index(None, "app", "change"),
)

queue_jobs = Table(
    "queue_jobs",
    METADATA,
    Column("job", NUMBER, primary_key=True),
    Column("job_id", KEY, nullable=False, unique=True),
    Column("app", NUMBER, ForeignKey("apps.app"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # QueueJob as JSON
    Index(None, "app", "created_at"),
)

# Who and what a conversation belongs to: by this it is decided who sees it. Written with every batch, so it has no
# foreign keys; `auscult verify` checks it.
conversation_parties = Table(
    "conversation_parties",
    METADATA,
    Column("app", NUMBER, primary_key=True, autoincrement=False),
    Column("conversation_id", KEY, primary_key=True),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),  # see parties.py
    Column("party", KEY, primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
