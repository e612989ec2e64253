"""Routers that are built for one application."""

from typing import Self

from litestar import Router


class AppRouter(Router):
    """A router that is built for one application, and registered once.

    Litestar makes a deep copy of a router when it is registered, as it may be registered elsewhere, too. Copying all
    routes is a third of an application's time to start.
    """

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Return the router itself."""
        return self
