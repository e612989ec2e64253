"""The calibration sessions of one app."""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.calibration.session import Session, erase
from auscult.domain.errors import ConflictError
from auscult.domain.notices import NewNotice
from auscult.storage.access.apps import lock_app
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.tables.base import NUMBER
from auscult.storage.core.tables.reviews import calibration_items, calibrations
from auscult.storage.notices import write_notices

_LISTED = (
    sa.select(calibrations.c.body)
    .where(calibrations.c.app == sa.bindparam("app", type_=NUMBER))
    .order_by(calibrations.c.calibration.desc())
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
    .offset(sa.literal_column("0", sa.Integer))
)
_ACTIVE = _LISTED.where(calibrations.c.state == sa.literal_column("'active'"))
_SESSION = msgspec.json.Decoder(Session)


class SessionMovedError(ConflictError):
    """A session was changed between reading and writing it; read it again."""

    code = "calibration.moved"


class AppCalibrations(OfApp):
    """The calibration sessions of one app."""

    def get(self, session_id: str) -> Session | None:
        """Return a session; None where there is none."""
        query = sa.select(calibrations.c.body).where(*self._mine(session_id))
        return self._database.named(query, session_id, lambda row: _SESSION.decode(row.body))

    def listing(self, *, only_active: bool = False, limit: int = 200) -> list[Session]:
        """Return sessions, the newest first."""
        rows = self._database.fetch(_ACTIVE if only_active else _LISTED, app=self._app, limit=limit)
        return [_SESSION.decode(body) for (body,) in rows]

    def save(self, session: Session, notices: Sequence[NewNotice] = ()) -> None:
        """Write a session after one step, with its notices. Raises ``SessionMovedError``, and writes nothing, where it moved meanwhile.

        A new one whose conversation was erased meanwhile is refused in the same way.
        """
        columns = {"state": session.state, "changes": session.changes, "body": msgspec.json.encode(session)}
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            write_notices(connection, self._database.dialect, self._app, notices)
            if session.changes > 1:
                same = (*self._mine(session.session_id), calibrations.c.changes == session.changes - 1)
                if not connection.execute(sa.update(calibrations).where(*same).values(**columns)).rowcount:
                    raise _moved(session)
                return
            made = {"session_id": session.session_id, "app": self._app, "created_at": ms_of(session.created_at)}
            insert = sa.insert(calibrations).values(**made, **columns)
            number = connection.scalar(insert.returning(calibrations.c.calibration))
            ids = [each.conversation_id for each in session.items]
            known = self._numbers_of(connection, ids)
            rows = [{"calibration": number, "conversation": each} for each in known.values()]
            if len(rows) < len(ids):
                raise _moved(session)
            connection.execute(sa.insert(calibration_items), rows)

    def _mine(self, session_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return calibrations.c.app == self._app, calibrations.c.session_id == session_id


def erase_from_calibrations(connection: Connection, conversation_ids: Mapping[int, str]) -> None:
    """Erase conversations, ids by number, from the sessions that are about them; answers stay, words go."""
    mine = calibration_items.c.conversation.in_(conversation_ids)
    numbers = sa.select(calibration_items.c.calibration).where(mine)
    query = sa.select(calibrations.c.calibration, calibrations.c.body).where(calibrations.c.calibration.in_(numbers))
    for number, body in connection.execute(query.order_by(calibrations.c.calibration).with_for_update()).all():
        left = erase(_SESSION.decode(body), conversation_ids.values())
        changed = sa.update(calibrations).where(calibrations.c.calibration == number)
        connection.execute(changed.values(changes=left.changes, body=msgspec.json.encode(left)))
    connection.execute(sa.delete(calibration_items).where(mine))


def _moved(session: Session) -> SessionMovedError:
    return SessionMovedError(
        "session {value} was changed meanwhile; read it again", field="session_id", value=session.session_id
    )
