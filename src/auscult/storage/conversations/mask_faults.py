"""Store of what people say is wrong with redactions. It goes with its conversation."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import unknown
from auscult.domain.privacy.faults import Fault
from auscult.domain.privacy.log import Draft
from auscult.storage.access.apps import lock_app
from auscult.storage.core.repository import SeenOfApp
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.tables.reviews import mask_faults
from auscult.storage.people.visibility import visible
from auscult.storage.privacy.log import append_entry

_FAULT = msgspec.json.Decoder(Fault)


class NumberedFault(NamedTuple):
    """A fault with its position in the list."""

    number: int
    fault: Fault


class AppMaskFaults(SeenOfApp):
    """The faults of redactions that people report in one app."""

    def add(self, fault: Fault, entry: Draft) -> None:
        """Store a fault, with its line of the access log. Raises ``NotFoundError`` ``conversation.unknown``."""
        its = (conversations.c.app == self._app, conversations.c.conversation_id == fault.conversation_id)
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            number = connection.scalar(sa.select(conversations.c.conversation).where(*its))
            if number is None:
                raise unknown("conversation", fault.conversation_id)
            ids = {"fault_id": fault.fault_id, "conversation_id": fault.conversation_id, "app": self._app}
            body = msgspec.json.encode(fault)
            connection.execute(sa.insert(mask_faults).values(**ids, conversation=number, body=body))
            append_entry(connection, self._database, entry)

    def listing(self, before: int | None = None, limit: int = 100) -> list[NumberedFault]:
        """Return the faults of conversations that may be seen, the newest first."""
        seen = visible(self._visibility, self._app, mask_faults.c.conversation_id)
        query = sa.select(mask_faults.c.fault, mask_faults.c.body).where(mask_faults.c.app == self._app, *seen)
        if before is not None:
            query = query.where(mask_faults.c.fault < before)
        rows = self._database.rows(query.order_by(mask_faults.c.fault.desc()).limit(limit))
        return [NumberedFault(row.fault, _FAULT.decode(row.body)) for row in rows]


def erase_faults(connection: Connection, numbers: Collection[int]) -> None:
    """Erase what was said of the redaction of conversations, by their numbers."""
    connection.execute(sa.delete(mask_faults).where(mask_faults.c.conversation.in_(numbers)))
