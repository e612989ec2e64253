"""History scored once more: for good by a re-score, for a look by a backtest."""

from litestar import Router

from auscult.server.api.history import backtests, rescores

ROUTER = Router("/", route_handlers=[backtests.ROUTER, rescores.ROUTER])
