"""Privacy settings of an app, as they are stored."""

from functools import lru_cache

import msgspec
import sqlalchemy as sa

from auscult.domain.privacy.settings import PrivacySettings
from auscult.storage.core.tables.privacy import privacy_settings

_UNCHANGED = PrivacySettings()


def stored_settings(app: int | sa.ColumnElement[int]) -> sa.ScalarSelect[str]:
    """Query the settings of an app, as one value; of a column, those of its app in each row."""
    return sa.select(privacy_settings.c.body).where(privacy_settings.c.app == app).scalar_subquery()


@lru_cache(maxsize=64)
def read_settings(body: str | None) -> PrivacySettings:
    """Return what is stored; None: nothing was changed."""
    return _UNCHANGED if body is None else msgspec.json.decode(body, type=PrivacySettings)
