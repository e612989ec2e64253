"""Definitions by users: forms and their drafts, scorecards, taxonomies, and the schemas of documents."""

from litestar import Router

from auscult.server.api.definitions import drafts, forms, schemas, scorecards, taxonomies

ROUTER = Router(
    "/",
    route_handlers=[forms.ROUTER, drafts.ROUTER, scorecards.ROUTER, taxonomies.ROUTER, schemas.ROUTER],
)
