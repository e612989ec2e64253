"""The command in this process, which takes a tenth of the time that starting it takes."""

from typer.testing import CliRunner

from auscult.cli import build
from auscult.domain.errors import AuscultError
from tests.integration.program import Result


def auscult(*words: str, stdin: str = "") -> Result:
    """Run ``auscult`` in this process, which takes a tenth of the time that starting it takes."""
    done = CliRunner().invoke(build(), words, input=stdin)
    if done.exception is not None and not isinstance(done.exception, AuscultError | SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr + str(done.exception or ""))
