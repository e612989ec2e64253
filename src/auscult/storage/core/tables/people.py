"""The tables of people. What each is for: docs/reference/database.md."""

from typing import Any

import sqlalchemy as sa

from auscult.storage.core.tables.base import KEY, METADATA, NUMBER, app_column, number


def _user() -> sa.Column[Any]:
    return sa.Column("user", NUMBER, sa.ForeignKey("users.user"), nullable=False)


users = sa.Table(
    "users",
    METADATA,
    number("user"),
    sa.Column("user_id", KEY, nullable=False, unique=True),
    sa.Column("account_id", KEY, nullable=False, index=True),
    sa.Column("email", KEY, nullable=False, unique=True),  # normalised
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("agent_ids", sa.Text, nullable=False),  # JSON array, sorted
    sa.Column("is_break_glass", sa.SmallInteger, nullable=False),
    sa.Column("issuer", KEY),  # of single sign-on, once known
    sa.Column("subject", KEY),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Index(None, "issuer", "subject", unique=True),
)

credentials = sa.Table(
    "credentials",
    METADATA,
    sa.Column("user", NUMBER, sa.ForeignKey("users.user"), primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text, nullable=False),  # Argon2id, with its parameters and salt
    sa.Column("set_at", sa.BigInteger, nullable=False),
)

sessions = sa.Table(
    "sessions",
    METADATA,
    number("session"),
    sa.Column("session_id", KEY, nullable=False, unique=True),
    sa.Column("hash", KEY, nullable=False, unique=True),  # of the secret in the cookie
    _user(),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("address", sa.Text),
    sa.Column("agent", sa.Text),
    sa.Index(None, "user"),
)

personal_tokens = sa.Table(
    "personal_tokens",
    METADATA,
    number("token"),
    sa.Column("token_id", KEY, nullable=False, unique=True),
    sa.Column("hash", KEY, nullable=False, unique=True),
    _user(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Index(None, "user"),
)

# A second factor for sign-ins by password or link.
second_factors = sa.Table(
    "second_factors",
    METADATA,
    sa.Column("user", NUMBER, sa.ForeignKey("users.user"), primary_key=True, autoincrement=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),  # encrypted with the secret key
    sa.Column("begun_at", sa.BigInteger, nullable=False),
    sa.Column("confirmed_at", sa.BigInteger),  # null: it waits for a code that confirms it
    sa.Column("last_step", sa.BigInteger),  # the latest time step of which a code was used
)

recovery_codes = sa.Table(
    "recovery_codes",
    METADATA,
    sa.Column("user", NUMBER, sa.ForeignKey("users.user"), primary_key=True, autoincrement=False),
    sa.Column("hash", KEY, primary_key=True),
    sa.Column("used_at", sa.BigInteger),
)

# Links that sign in once.
sign_in_links = sa.Table(
    "sign_in_links",
    METADATA,
    sa.Column("hash", KEY, primary_key=True),
    _user(),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("is_for_here", sa.Boolean, nullable=False),  # it works from the server's own machine alone
)

# Sign-ins that wait for the identity provider. Each is used once, by the browser that began it.
sign_in_flows = sa.Table(
    "sign_in_flows",
    METADATA,
    sa.Column("state", KEY, primary_key=True),  # hash of the state
    sa.Column("browser", KEY, nullable=False),  # hash of the browser's cookie
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("back", sa.Text, nullable=False),  # path to go to afterwards
    sa.Column("ends_at", sa.BigInteger, nullable=False),
)

# Failed sign-ins, by a hash of the e-mail address and where the try came from.
sign_in_failures = sa.Table(
    "sign_in_failures",
    METADATA,
    sa.Column("key", KEY, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # then the count starts again
)

# Roles of an account's own. Only ever added to: the newest row of a name is in force.
roles = sa.Table(
    "roles",
    METADATA,
    number("role"),
    sa.Column("account_id", KEY, nullable=False),
    sa.Column("name", KEY, nullable=False),
    sa.Column("permissions", sa.Text),  # JSON array, sorted; null: the role was removed
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index(None, "account_id", "name"),
)

grants = sa.Table(
    "grants",
    METADATA,
    number("grant"),
    sa.Column("grant_id", KEY, nullable=False, unique=True),
    _user(),
    sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), index=True),  # null: every app of the user's account
    sa.Column("role", KEY),
    sa.Column("permission", KEY),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("names", sa.Text, nullable=False),  # JSON array, sorted: what the scope names
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("granted_by", sa.Text, nullable=False),
    sa.Column("granted_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("revoked_by", sa.Text),
    sa.Index(None, "user"),
)


# Days on which a person is away, both included.
absences = sa.Table(
    "absences",
    METADATA,
    number("absence"),
    sa.Column("absence_id", KEY, nullable=False, unique=True),
    _user(),
    sa.Column("since", KEY, nullable=False),  # 2026-03-23
    sa.Column("until", KEY, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Index("ix_absences_of", "user", "until"),
)

# The ways in which people want notices of a kind; here alone where there is no row.
notice_choices = sa.Table(
    "notice_choices",
    METADATA,
    sa.Column("user", NUMBER, sa.ForeignKey("users.user"), primary_key=True, autoincrement=False),
    sa.Column("kind", KEY, primary_key=True),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),  # earlier notices are not sent
)

# The language of a person's e-mails with notices, and the hour of the daily one.
notice_readers = sa.Table(
    "notice_readers",
    METADATA,
    sa.Column("user", NUMBER, sa.ForeignKey("users.user"), primary_key=True, autoincrement=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),  # Europe/Berlin
    sa.Column("digest_hour", sa.SmallInteger, nullable=False),  # in that zone
)

# An e-mail with notices to one person. Its id is its Message-ID, however often it is sent.
notice_mails = sa.Table(
    "notice_mails",
    METADATA,
    number("mail"),
    sa.Column("mail_id", KEY, nullable=False, unique=True),
    app_column(),
    _user(),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column(
        "try_at", sa.BigInteger, nullable=False
    ),  # of a waiting one: not before; of one that is being sent: since
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("ix_notice_mails_state", "app", "state", "try_at"),
    sa.Index("ix_notice_mails_of", "app", "user", "made_at"),
)

# Where notices are sent beyond e-mail: of a person, or of the app.
notice_targets = sa.Table(
    "notice_targets",
    METADATA,
    number("target"),
    sa.Column("target_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("user", NUMBER, sa.ForeignKey("users.user")),  # null: of the app
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),  # Slack
    sa.Column("address", sa.LargeBinary, nullable=False),  # encrypted with the secret key
    sa.Column("kinds", sa.Text, nullable=False),  # JSON array
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("seen", NUMBER, nullable=False),  # the last notice that is done with
    sa.Column("until", NUMBER),  # the last notice of the message that is being sent
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("try_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Index("ix_notice_targets_of", "app", "user"),
)

# Notices to one person each. A notice is removed with its conversation.
notices = sa.Table(
    "notices",
    METADATA,
    number("notice"),
    sa.Column("notice_id", KEY, nullable=False, unique=True),
    app_column(),
    _user(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", KEY, nullable=False),  # id of an assignment, draw, dispute, thread or coaching item
    sa.Column("conversation", NUMBER, sa.ForeignKey("conversations.conversation"), index=True),
    sa.Column("conversation_id", KEY),
    sa.Column("caused_by", KEY),  # e-mail address
    sa.Column("things", sa.Integer, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("read_at", sa.BigInteger),
    sa.Column("mail", NUMBER, sa.ForeignKey("notice_mails.mail"), index=True),  # the e-mail that it is in
    sa.Index("ix_notices_of", "app", "user", "read_at", "notice"),
    sa.Index("ix_notices_about", "app", "subject", "kind", "user"),
)


def _app() -> sa.Column[Any]:
    return sa.Column("app", NUMBER, sa.ForeignKey("apps.app"), primary_key=True, autoincrement=False)


agents = sa.Table(
    "agents",
    METADATA,
    _app(),
    sa.Column("agent_id", KEY, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("emails", sa.Text, nullable=False),  # JSON array
    sa.Column("hired_on", sa.Text),  # 2026-03-23
    sa.Column("kind", sa.Text),  # ai: no person
)

teams = sa.Table(
    "teams",
    METADATA,
    _app(),
    sa.Column("team_id", KEY, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("lead", sa.Text),  # e-mail address
)

queues = sa.Table(
    "queues",
    METADATA,
    _app(),
    sa.Column("queue_id", KEY, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("names", sa.Text, nullable=False),  # JSON array: every name it was seen under, casefolded, sorted
    sa.Column("is_gone", sa.SmallInteger, nullable=False),
)

memberships = sa.Table(
    "memberships",
    METADATA,
    number("membership"),
    app_column(),
    sa.Column("kind", KEY, nullable=False),  # team, queue
    sa.Column("group_id", KEY, nullable=False),
    sa.Column("agent_id", KEY, nullable=False),
    sa.Column("since", sa.BigInteger),
    sa.Column("until", sa.BigInteger),
    sa.UniqueConstraint("app", "kind", "group_id", "agent_id", "since"),
    sa.Index(None, "app", "kind", "agent_id"),
)

# Renames and merges of queues, teams and agents, in their order; undoing one writes it into the same row.
directory_changes = sa.Table(
    "directory_changes",
    METADATA,
    number("change"),
    sa.Column("change_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("undone_at", sa.BigInteger),  # null: in force
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index(None, "app", "change"),
)

queue_jobs = sa.Table(
    "queue_jobs",
    METADATA,
    number("job"),
    sa.Column("job_id", KEY, nullable=False, unique=True),
    app_column(),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # QueueJob as JSON
    sa.Index(None, "app", "created_at"),
)

# Who and what a conversation belongs to: by this it is decided who sees it. Written with every batch, so it has no
# foreign keys; `auscult verify` checks it.
conversation_parties = sa.Table(
    "conversation_parties",
    METADATA,
    sa.Column("app", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("conversation_id", KEY, primary_key=True),
    sa.Column("kind", sa.SmallInteger, primary_key=True, autoincrement=False),  # see parties.py
    sa.Column("party", KEY, primary_key=True),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
