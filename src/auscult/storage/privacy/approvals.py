"""Steps that wait for a second person: asked for, then approved or refused. Subjects are encrypted until then."""

from typing import Literal

import msgspec
import sqlalchemy as sa

from auscult.domain.errors import ConflictError, NotFoundError
from auscult.domain.privacy.retention import Approval, ApprovalKind, Subject
from auscult.storage.core.database import AnyRow, Database
from auscult.storage.core.instants import now_ms
from auscult.storage.core.rows import record_of
from auscult.storage.core.tables.privacy import approvals
from auscult.storage.privacy.redaction import AppPrivacy

Decision = Literal["approved", "refused"]


class AppApprovals:
    """The steps of one app that need a second person."""

    def __init__(self, database: Database, app: int, privacy: AppPrivacy) -> None:
        """``privacy`` encrypts subjects, which may name a customer."""
        self._database = database
        self._app = app
        self._privacy = privacy

    def request(self, kind: ApprovalKind, subject: Subject, principal: str) -> Approval:
        """Store a step that waits for approval, and return it."""
        row = {
            "app": self._app,
            "kind": kind,
            "subject": self._privacy.seal(msgspec.json.encode(subject).decode()),
            "requested_by": principal,
            "requested_at": now_ms(),
            "state": "waiting",
        }
        with self._database.writing() as connection:
            made = sa.insert(approvals).values(row).returning(approvals.c.approval)
            number = connection.execute(made).scalar_one()
        return self.get(number)

    def get(self, number: int) -> Approval:
        """Return a step. Raises ``NotFoundError``."""
        query = sa.select(approvals).where(approvals.c.app == self._app, approvals.c.approval == number)
        row = self._database.row(query)
        if row is None:
            raise NotFoundError("unknown approval {n}", n=number, code="approval.unknown", value=str(number))
        return self._approval(row)

    def listing(self) -> list[Approval]:
        """Return all steps, the newest first."""
        query = sa.select(approvals).where(approvals.c.app == self._app).order_by(approvals.c.approval.desc())
        return [self._approval(row) for row in self._database.rows(query)]

    def decide(self, number: int, decision: Decision, principal: str, run_id: str | None = None) -> Approval:
        """Store a decision, and drop the subject. Raises ``ConflictError`` where it was decided already."""
        its = (approvals.c.app == self._app, approvals.c.approval == number, approvals.c.state == "waiting")
        values = {
            "state": decision,
            "subject": None,
            "decided_by": principal,
            "decided_at": now_ms(),
            "run_id": run_id,
        }
        with self._database.writing() as connection:
            decided = connection.execute(sa.update(approvals).where(*its).values(values))
        if decided.rowcount == 0:
            raise ConflictError("approval {n} is decided already", n=number, code="approval.decided", value=str(number))
        return self.get(number)

    def _approval(self, row: AnyRow) -> Approval:
        sealed = None if row.subject is None else self._privacy.unseal(bytes(row.subject))
        return record_of(
            Approval,
            row,
            number=row.approval,
            subject=None if sealed is None else msgspec.json.decode(sealed, type=Subject),
        )
