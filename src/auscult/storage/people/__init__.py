"""People in the store: users, grants, sessions and the directory, and the one predicate that decides who sees what."""

from auscult.storage.people.store import AppPeople, People

__all__ = ["AppPeople", "People"]
