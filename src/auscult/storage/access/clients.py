"""JWT apps. Their secrets are encrypted with a key that is not in the database."""

from typing import Any

import msgspec
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.exc import IntegrityError

from auscult.domain.errors import ConflictError, NotFoundError, SettingsError
from auscult.domain.tenancy import Client, Wire
from auscult.storage.core.database import Database, Reader, Row
from auscult.storage.core.instants import instant_of, ms_of, now_ms
from auscult.storage.core.tables.base import clients
from auscult.storage.core.text_validation import is_storable

_COLUMNS = (
    clients.c.client_id,
    clients.c.account_id,
    clients.c.app_ids,
    clients.c.scopes,
    clients.c.created_at,
    clients.c.revoked_at,
    clients.c.wire,
    clients.c.secret,
)
_MOST_OPENED = 4_096


def new_secret_key() -> bytes:
    """Make a key for a new database: 32 random bytes, URL-safe base64."""
    return Fernet.generate_key()


class Clients:
    """The table of clients, and the key to its secrets."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """Raises ``SettingsError`` when the key is not one that ``new_secret_key`` could have made."""
        try:
            self._lock = Fernet(secret_key)
        except ValueError as error:
            raise SettingsError(
                "The secret key is not 32 bytes in URL-safe base64",
                code="secret_key.invalid",
                field="secret_key",
            ) from error
        self._database = database
        self._find = database.text(
            sa.select(*_COLUMNS).where(clients.c.client_id == sa.bindparam("client_id"), clients.c.revoked_at.is_(None))
        )
        self._opened: dict[bytes, str] = {}

    def add(self, client: Client) -> None:
        """Store a new client. Raises ``ConflictError`` when there is one of that id."""
        row = {
            "client_id": client.client_id,
            "account_id": client.account_id,
            "app_ids": msgspec.json.encode(sorted(client.app_ids)).decode(),
            "scopes": msgspec.json.encode(sorted(client.scopes)).decode(),
            "secret": self._lock.encrypt(client.secret.encode()),
            "created_at": ms_of(client.created_at),
            "revoked_at": client.revoked_at and ms_of(client.revoked_at),
            "wire": None if client.wire == "off" else client.wire,
        }
        try:
            with self._database.writing() as connection:
                connection.execute(sa.insert(clients).values(row))
        except IntegrityError as error:
            raise ConflictError(
                "There is a client {value} already", code="client.conflict", value=client.client_id
            ) from error

    def find(self, client_id: str) -> Client | None:
        """A client that is not revoked, with its secret. Raises ``SettingsError`` when the key does not open it."""

        def fetch(reader: Reader) -> list[Row]:
            return reader.fetch(self._find, {"client_id": client_id})

        for *row, secret in self._database.read(fetch) if is_storable(client_id) else ():
            return _client(row, self._open(bytes(secret)))
        return None

    def listing(self) -> list[Client]:
        """Every client, the oldest first, secrets blanked, revoked ones too."""
        with self._database.reading() as connection:
            query = sa.select(*_COLUMNS).order_by(clients.c.created_at, clients.c.client_id)
            return [_client(row[:-1], secret="") for row in connection.execute(query)]

    def revoke(self, client_id: str) -> None:
        """End a client; a second time changes nothing. Raises ``NotFoundError`` when there is none."""
        self._change(client_id, revoked_at=sa.func.coalesce(clients.c.revoked_at, now_ms()))

    def set_wire(self, client_id: str, wire: Wire) -> None:
        """Set the version of the reporting APIs. Raises ``NotFoundError`` when there is no such client."""
        self._change(client_id, wire=None if wire == "off" else wire)

    def _change(self, client_id: str, **values: Any) -> None:  # noqa: ANN401  (columns of several types)
        with self._database.writing() as connection:
            done = connection.execute(sa.update(clients).where(clients.c.client_id == client_id).values(values))
        if done.rowcount == 0:
            raise NotFoundError("There is no client {value}", code="client.unknown", value=client_id)

    def _open(self, sealed: bytes) -> str:
        """Decrypt a secret, or remember it: every request asks for one."""
        if sealed not in self._opened:
            try:
                secret = self._lock.decrypt(sealed).decode()
            except InvalidToken as error:
                raise SettingsError(
                    "The secret key does not open this database's secrets; give the key that it was made with",
                    code="secret_key.wrong",
                    field="secret_key",
                ) from error
            if len(self._opened) >= _MOST_OPENED:
                self._opened.clear()
            self._opened[sealed] = secret
        return self._opened[sealed]


def _client(row: Any, secret: str) -> Client:  # noqa: ANN401  a row of one of two makers
    client_id, account_id, app_ids, scopes, created_at, revoked_at, wire = row
    return Client(
        client_id=client_id,
        secret=secret,
        account_id=account_id,
        app_ids=msgspec.json.decode(app_ids, type=frozenset[str]),
        scopes=msgspec.json.decode(scopes, type=frozenset[str]),
        created_at=instant_of(created_at),
        revoked_at=None if revoked_at is None else instant_of(revoked_at),
        wire=wire or "off",
    )
