"""Hooks of Schemathesis: most requests are about what is there, as a stranger's ids only ever get a 404.

The ids and the tokens are in the environment: this module is loaded by the program that ``python -m tests.fuzz`` starts.
"""

import json
import os
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.hooks import HookContext

from tests.e2e.named import FOR_PEOPLE

NAMES, PERSON = "AUSCULT_FUZZ_NAMES", "AUSCULT_FUZZ_PERSON"
"""Names of variables: ids of what is there, as JSON, and the token of a person."""
_KNOWN: dict[str, str] = json.loads(os.environ.get(NAMES, "{}"))


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Name what is there in three of four requests, except to delete it, and wait for nothing."""
    del context
    parts = case.meta.components if case.meta else {}
    right = {place for place, part in parts.items() if part.mode.is_positive}
    if case.method != "DELETE" and crc32(case.id.encode()) % 4:
        if ParameterLocation.PATH in right:
            case.path_parameters.update({name: _KNOWN[name] for name in case.path_parameters if name in _KNOWN})
        if ParameterLocation.BODY in right and isinstance(case.body, dict):
            case.body.update({name: _KNOWN[name] for name in case.body if name in _KNOWN})
    if ParameterLocation.QUERY in right and "wait" in case.query:
        case.query["wait"] = 0
    if case.path.startswith(FOR_PEOPLE) and (headers := kwargs.get("headers")) and "auth" in headers:
        headers["auth"] = os.environ[PERSON]
