"""People in the store: users, grants, sessions and the directory, and the one predicate that decides who sees what."""

import sqlalchemy as sa

from auscult.domain.people.visibility import Facts, Visibility
from auscult.storage.core.database import Database
from auscult.storage.core.tables.conversations import conversations
from auscult.storage.core.text_validation import is_storable
from auscult.storage.people.access import AccessReader
from auscult.storage.people.directory import AppDirectory
from auscult.storage.people.flows import SignInFlows
from auscult.storage.people.grants import Grants, OwnRoles
from auscult.storage.people.parties import facts_of
from auscult.storage.people.queue_jobs import AppQueueJobs
from auscult.storage.people.saved_views import AppSavedViews
from auscult.storage.people.second_factors import SecondFactors
from auscult.storage.people.sessions import PersonalTokens, Sessions, SignInFailures, SignInLinks
from auscult.storage.people.users import Users
from auscult.storage.people.visibility import visible


class People:
    """Users and all that lets them in."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        """Made by ``Store``."""
        self.users = Users(database)
        self.second_factors = SecondFactors(database, secret_key)
        self.grants = Grants(database)
        self.roles = OwnRoles(database)
        self.sessions = Sessions(database)
        self.tokens = PersonalTokens(database)
        self.links = SignInLinks(database)
        self.flows = SignInFlows(database)
        self.failures = SignInFailures(database)
        self.access = AccessReader(database)


class AppPeople:
    """The directory of one app, and who sees which of its conversations."""

    def __init__(self, database: Database, app: int, everyone: People) -> None:
        """Made by ``Store.within``; ``app`` is the app's number, ``everyone`` the users of all accounts."""
        self.everyone = everyone
        self.directory = AppDirectory(database, app)
        self.queue_jobs = AppQueueJobs(database, app)
        self.views = AppSavedViews(database, app)
        self._database = database
        self._app = app

    def sees(self, visibility: Visibility, conversation_id: str) -> bool:
        """Return whether a conversation of the app exists and is visible."""
        if not is_storable(conversation_id):
            return False
        its = (conversations.c.app == self._app, conversations.c.conversation_id == conversation_id)
        query = sa.select(conversations.c.conversation).where(*its)
        query = query.where(*visible(visibility, conversations.c.app, conversations.c.conversation_id))
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def facts(self, conversation_id: str) -> Facts | None:
        """Return what decides about the visibility of a conversation; None where it is unknown or has no party."""
        if not is_storable(conversation_id):
            return None
        with self._database.reading() as connection:
            return facts_of(connection, self._app, conversation_id)
