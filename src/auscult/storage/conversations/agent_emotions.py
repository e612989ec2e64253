"""Removal of the emotions of agents that were found before their app left them out."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from auscult.domain.errors import kept
from auscult.domain.insight import without_agent_emotions
from auscult.storage.conversations.evaluated import read_insights
from auscult.storage.core.packing.readable import columns_of
from auscult.storage.core.tables.conversations import insights
from auscult.storage.privacy.settings import read_settings, stored_settings


def remove_agent_emotions(connection: Connection, app: int, numbers: Sequence[int]) -> None:
    """Remove them from every revision of these conversations, if the app leaves them out."""
    if read_settings(connection.scalar(sa.select(stored_settings(app)))).agent_emotions:
        return
    its = insights.c.conversation.in_(numbers)
    for row in connection.execute(sa.select(insights).where(its)).all():
        stored = read_insights(row.body)
        if stored is None or (left := without_agent_emotions(stored)) is stored:
            continue
        one = sa.update(insights).where(
            insights.c.conversation == row.conversation, insights.c.revision == row.revision
        )
        connection.execute(one.values(columns_of(msgspec.json.encode(left, enc_hook=kept), "insights")._asdict()))
