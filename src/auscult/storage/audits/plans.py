"""The plans of one app, and their draws."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from auscult.domain.audits.assignment import AssignmentState, Role
from auscult.domain.audits.draw import Draw, DrawnItem, KeptDraw, StratumRecord
from auscult.domain.audits.plan import Plan, PlanDocument
from auscult.domain.notices import NewNotice
from auscult.storage.access.apps import lock_app
from auscult.storage.audits.writing import drawn_columns
from auscult.storage.core.database import AnyRow
from auscult.storage.core.instants import ms_of
from auscult.storage.core.repository import OfApp
from auscult.storage.core.rows import columns_of, record_of
from auscult.storage.core.tables.audits import assignments, draws, plans
from auscult.storage.core.text_validation import is_storable
from auscult.storage.notices import write_notices

_AT_ONCE = 1_000
_DOCUMENT = msgspec.json.Decoder(PlanDocument)
_STRATA = msgspec.json.Decoder(tuple[StratumRecord, ...])
_AMONG = msgspec.json.Decoder(tuple[str, ...])


class AppPlans(OfApp):
    """The plans of one app."""

    def add(self, plan: Plan) -> bool:
        """Store a version of a plan; False, and nothing is stored, where that version is there already."""
        row = columns_of(plans, plan, app=self._app, document=msgspec.json.encode(plan.document))
        with self._database.writing() as connection:
            made = self._database.dialect.insert(plans).values(**row).on_conflict_do_nothing()
            return connection.scalar(made.returning(plans.c.plan)) is not None

    def get(self, plan_id: str, version: int | None = None) -> Plan | None:
        """Return a plan, its newest version unless another is named; None where there is none."""
        query = sa.select(plans).where(plans.c.app == self._app, plans.c.plan_id == plan_id)
        if version is not None:
            query = query.where(plans.c.version == version)
        return self._database.named(query.order_by(plans.c.version.desc()).limit(1), plan_id, _plan)

    def listing(self, after_id: str = "", limit: int = 100) -> list[Plan]:
        """Return the newest version of each plan, by id, after ``after_id``."""
        if not is_storable(after_id):
            return []
        newest = (
            sa.select(plans.c.plan_id, sa.func.max(plans.c.version).label("version"))
            .where(plans.c.app == self._app, plans.c.plan_id > after_id)
            .group_by(plans.c.plan_id)
            .order_by(plans.c.plan_id)
            .limit(limit)
            .subquery()
        )
        same = (plans.c.plan_id == newest.c.plan_id) & (plans.c.version == newest.c.version)
        query = sa.select(plans).join(newest, same).where(plans.c.app == self._app).order_by(plans.c.plan_id)
        return [_plan(row) for row in self._database.rows(query)]

    def draws(self, plan_id: str | None = None) -> list[KeptDraw]:
        """Return the draws of a plan, or of all plans, the first one first."""
        if not is_storable(plan_id or ""):
            return []
        query = sa.select(draws).where(draws.c.app == self._app).order_by(draws.c.draw)
        if plan_id is not None:
            query = query.where(draws.c.plan_id == plan_id)
        return [_draw(row) for row in self._database.rows(query)]

    def dealt(self, plan_id: str) -> dict[str, int]:
        """Return how many items of a plan each rater has been dealt."""
        query = (
            sa.select(assignments.c.rater, sa.func.count().label("n"))
            .select_from(assignments)
            .join(draws, draws.c.draw == assignments.c.draw)
            .where(draws.c.app == self._app, draws.c.plan_id == plan_id, assignments.c.rater.is_not(None))
            .group_by(assignments.c.rater)
        )
        return {row.rater: row.n for row in self._database.rows(query)}

    def add_draw(self, draw: KeptDraw, items: Sequence[DrawnItem], due_at: datetime | None) -> KeptDraw:
        """Store a draw with its assignments, which are due at an instant or at none, in one transaction; return the one of its window that is there already.

        An item whose conversation was erased meanwhile keeps its position in the draw, without its id.
        """
        with self._database.writing() as connection:
            lock_app(connection, self._app)
            query = sa.select(draws).where(
                draws.c.app == self._app,
                draws.c.plan_id == draw.plan_id,
                draws.c.since == ms_of(draw.since),
                draws.c.until == ms_of(draw.until),
            )
            row = connection.execute(query).one_or_none()
            if row is not None:
                return _draw(row)
            made = sa.insert(draws).values(**_columns(self._app, draw))
            number = connection.scalar(made.returning(draws.c.draw))
            dealt: Counter[str] = Counter()
            for start in range(0, len(items), _AT_ONCE):
                some = items[start : start + _AT_ONCE]
                numbers = self._numbers_of(connection, [each.conversation_id for each in some])
                rows = list(_assignments(numbers, some, draw, due_at))
                connection.execute(sa.insert(assignments), [{**row, "app": self._app, "draw": number} for row in rows])
                dealt.update(row["rater"] for row in rows if row["state"] == "assigned")
            about = NewNotice("", "assigned", draw.draw_id, draw.drawn_at, draw.drawn_by)
            write_notices(
                connection,
                self._database.dialect,
                self._app,
                [about._replace(to=rater, n=n) for rater, n in dealt.items()],
            )
        return draw


def _assignments(
    numbers: dict[str, int], items: Sequence[DrawnItem], draw: Draw, due_at: datetime | None
) -> Iterator[dict[str, Any]]:
    """Return the rows of the assignments of some items: one each, and another where a second opinion is wanted."""
    for item in items:
        raters: list[tuple[Role, str | None]] = [(item.role, item.rater)]
        if item.has_second:
            raters.extend(("second", each) for each in (item.second, *item.more))
        number = numbers.get(item.conversation_id)
        for role, rater in raters:
            state: AssignmentState = "erased" if number is None else "open" if rater is None else "assigned"
            its_own = {"conversation": number, "u": None if number is None else item.u}
            yield drawn_columns(item, draw.drawn_at, due_at, rater=rater, role=role, state=state, **its_own)


def _plan(row: AnyRow) -> Plan:
    return record_of(Plan, row, document=_DOCUMENT.decode(row.document))


def _columns(app: int, draw: KeptDraw) -> dict[str, Any]:
    return columns_of(
        draws,
        draw,
        app=app,
        frame_digest=bytes.fromhex(draw.frame_digest),
        strata=msgspec.json.encode(draw.strata),
        among=None if draw.among is None else msgspec.json.encode(draw.among),
    )


def _draw(row: AnyRow) -> KeptDraw:
    return record_of(
        KeptDraw,
        row,
        frame_digest=bytes(row.frame_digest).hex(),
        strata=_STRATA.decode(row.strata),
        among=None if row.among is None else _AMONG.decode(row.among),
    )
