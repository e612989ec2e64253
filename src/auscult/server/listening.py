"""How the application is put on a socket: uvicorn, told to be quick and to say little."""

import uvicorn
from fastapi import FastAPI


def uvicorn_config(app: FastAPI, host: str, port: int, *, access_log: bool = False) -> uvicorn.Config:
    """Configure uvicorn for this application.

    Logging is left as it is set up already. The answer names no server; requests under way have ten seconds to end.
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=access_log,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
