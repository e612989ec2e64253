"""Users, grants, sessions, the directory, and the parties of conversations by which visibility is decided.

Revision 0032, after 0031. Conversations that are stored already get their parties, and fill the directory.
"""

import json
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and read the parties of what is there."""
    _create_users()
    _create_sessions()
    _create_grants()
    _create_directory()
    op.create_table(
        "conversation_parties",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("party", KEY, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "conversation_id", "kind", "party", name="pk_conversation_parties"),
        sqlite_with_rowid=False,
    )
    _fill()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("email", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("agent_ids", sa.Text(), nullable=False),
        sa.Column("is_break_glass", sa.SmallInteger(), nullable=False),
        sa.Column("issuer", KEY),
        sa.Column("subject", KEY),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_users"),
        sa.UniqueConstraint("user_id", name="uq_users_user_id"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_index("ix_users_account_id", "users", ["account_id"])
    op.create_index("ix_users_issuer_subject", "users", ["issuer", "subject"], unique=True)
    op.create_table(
        "credentials",
        sa.Column("user", NUMBER, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_credentials"),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_credentials_user"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session", NUMBER, nullable=False),
        sa.Column("session_id", KEY, nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("address", sa.Text()),
        sa.Column("agent", sa.Text()),
        sa.PrimaryKeyConstraint("session", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_sessions_user"),
        sa.UniqueConstraint("session_id", name="uq_sessions_session_id"),
        sa.UniqueConstraint("hash", name="uq_sessions_hash"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "personal_tokens",
        sa.Column("token", NUMBER, nullable=False),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("token", name="pk_personal_tokens"),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_personal_tokens_user"),
        sa.UniqueConstraint("token_id", name="uq_personal_tokens_token_id"),
        sa.UniqueConstraint("hash", name="uq_personal_tokens_hash"),
    )
    op.create_index("ix_personal_tokens_user", "personal_tokens", ["user"])
    op.create_table(
        "sign_in_links",
        sa.Column("hash", KEY, nullable=False),
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("hash", name="pk_sign_in_links"),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_sign_in_links_user"),
    )
    op.create_table(
        "sign_in_flows",
        sa.Column("state", KEY, nullable=False),
        sa.Column("browser", KEY, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_sign_in_flows"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("key", KEY, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failures"),
    )


def _create_grants() -> None:
    op.create_table(
        "roles",
        sa.Column("role", NUMBER, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("permissions", sa.Text()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_roles"),
    )
    op.create_index("ix_roles_account_id_name", "roles", ["account_id", "name"])
    op.create_table(
        "grants",
        sa.Column("grant", NUMBER, nullable=False),
        sa.Column("grant_id", KEY, nullable=False),
        sa.Column("user", NUMBER, nullable=False),
        sa.Column("app", NUMBER),
        sa.Column("role", KEY),
        sa.Column("permission", KEY),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.Text()),
        sa.PrimaryKeyConstraint("grant", name="pk_grants"),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_grants_user"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_grants_app"),
        sa.UniqueConstraint("grant_id", name="uq_grants_grant_id"),
    )
    op.create_index("ix_grants_user", "grants", ["user"])
    op.create_index("ix_grants_app", "grants", ["app"])


def _create_directory() -> None:
    op.create_table(
        "agents",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("emails", sa.Text(), nullable=False),
        sa.Column("hired_on", sa.Text()),
        sa.PrimaryKeyConstraint("app", "agent_id", name="pk_agents"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_agents_app"),
    )
    op.create_table(
        "teams",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text()),
        sa.PrimaryKeyConstraint("app", "team_id", name="pk_teams"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_teams_app"),
    )
    op.create_table(
        "queues",
        sa.Column("app", NUMBER, autoincrement=False, nullable=False),
        sa.Column("queue_id", KEY, nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("is_gone", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "queue_id", name="pk_queues"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_queues_app"),
    )
    op.create_table(
        "memberships",
        sa.Column("membership", NUMBER, nullable=False),
        sa.Column("app", NUMBER, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("since", sa.BigInteger()),
        sa.Column("until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("membership", name="pk_memberships"),
        sa.ForeignKeyConstraint(["app"], ["apps.app"], name="fk_memberships_app"),
        sa.UniqueConstraint(
            "app", "kind", "group_id", "agent_id", "since", name="uq_memberships_app_kind_group_id_agent_id_since"
        ),
    )
    op.create_index("ix_memberships_app_kind_agent_id", "memberships", ["app", "kind", "agent_id"])


_PORTION = 1_000


def _fill() -> None:
    """Read the parties of every conversation from its body, some conversations at a time."""
    connection, after = op.get_bind(), 0
    rows_of = sa.text(
        "SELECT conversation, app, conversation_id, started_at, body FROM conversations "
        "WHERE conversation > :after ORDER BY conversation LIMIT :limit"
    )
    while rows := connection.execute(rows_of, {"after": after, "limit": _PORTION}).all():
        after = rows[-1].conversation
        for row in rows:
            _fill_one(connection, row, json.loads(bytes(row.body)))
    connection.execute(
        sa.text(
            "INSERT INTO conversation_parties (app, conversation_id, kind, party, started_at) "
            "SELECT a.app, a.conversation_id, 2, lower(a.auditor), c.started_at FROM audits a "
            "JOIN conversations c ON c.conversation = a.conversation WHERE true ON CONFLICT DO NOTHING"
        )
    )


def _fill_one(connection: sa.Connection, row: Any, body: dict[str, Any]) -> None:  # noqa: ANN401
    contact: dict[str, Any] = body.get("contact") or {}
    entered: list[dict[str, Any]] = contact.get("destinations") or []
    queues = [(each.get("id"), each.get("name")) for each in body.get("queues", [])]
    queues += [(each.get("queue_id"), each.get("queue_name")) for each in entered]
    agents: dict[Any, dict[str, Any]] = {each["id"]: each for each in body.get("agents", [])}
    for each in body.get("turns", []):
        agents.setdefault(each.get("agent_id"), {})
    for each in entered:
        answered: dict[str, Any] = each.get("responding_agent") or {}
        agents.setdefault(answered.get("agent_id"), {})
    parties = {(0, _short(name.casefold())) for queue in queues for name in queue if name}
    parties |= {(1, _short(agent_id)) for agent_id in agents if agent_id}
    its = {"app": row.app, "conversation_id": row.conversation_id, "started_at": row.started_at}
    party_rows = [{**its, "kind": kind, "party": party} for kind, party in sorted(parties)]
    _ignore(connection, "conversation_parties", party_rows)
    _ignore(
        connection,
        "agents",
        [
            {
                "app": row.app,
                "agent_id": agent_id,
                "name": known.get("name"),
                "emails": json.dumps([known["email"]] if known.get("email") else []),
            }
            for agent_id, known in agents.items()
            if agent_id
        ],
    )
    _ignore(
        connection,
        "queues",
        [
            {
                "app": row.app,
                "queue_id": queue_id,
                "name": name,
                "names": json.dumps([name.casefold()] if name else []),
                "is_gone": 0,
            }
            for queue_id, name in queues
            if queue_id
        ],
    )


def _ignore(connection: sa.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows; those that are there already stay."""
    if rows:
        names = list(rows[0])
        columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
        text = f"INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608  (our own names)
        connection.execute(sa.text(text), rows)


def _short(text: str) -> str:
    """Return a text that an index can hold: a long one as its digest."""
    if len(text) <= 200:  # noqa: PLR2004
        return text
    return "blake2b:" + blake2b(text.encode(errors="surrogatepass"), digest_size=32).hexdigest()
