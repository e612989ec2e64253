"""Builds the object graph from Settings: the only place that knows every room."""

from auscult.bootstrap import privacy, recordings
from auscult.bootstrap.application import Application, chunk_processing, open, serve, serve_beside, work, work_behind  # noqa: A004  (reads as bootstrap.open)
from auscult.bootstrap.backups import (
    archive,
    back_up,
    backup_versions,
    opened_backup,
    plan_migrations,
    restore,
    step_back,
)
from auscult.bootstrap.copying import copy
from auscult.bootstrap.engines import allowed_hosts, assistant, cross_encoder, evaluator, examine_plugins, plug_in
from auscult.bootstrap.keys import key_path, rotate_key, running_address, sqlite_path
from auscult.bootstrap.processes import cores, preload, tune_for_evaluation

__all__ = [
    "Application",
    "allowed_hosts",
    "archive",
    "assistant",
    "back_up",
    "backup_versions",
    "chunk_processing",
    "copy",
    "cores",
    "cross_encoder",
    "evaluator",
    "examine_plugins",
    "key_path",
    "open",
    "opened_backup",
    "plan_migrations",
    "plug_in",
    "preload",
    "privacy",
    "recordings",
    "restore",
    "rotate_key",
    "running_address",
    "serve",
    "serve_beside",
    "sqlite_path",
    "step_back",
    "tune_for_evaluation",
    "work",
    "work_behind",
]
