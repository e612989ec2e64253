"""ROOM: the nouns and the rules between them. Imports only the standard library and msgspec, and in ``workdays`` the extra ``holidays``."""
