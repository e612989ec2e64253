"""One block of a page in the session of its page."""

from contextlib import ExitStack

from tests.how_to.pages import Running, swapped
from tests.how_to.shell import Shell, lines


def run(shell: Shell, block: str, given: dict[str, str], running: Running | None, stack: ExitStack) -> None:
    """Run a block to its end, or until the end of the page."""
    if running is not None:
        text = swapped(block, shell.said, given)
        address = stack.enter_context(shell.running(text, running.ready, running.stopped_by, running.status))
        shell.environment["ADDRESS"] = address
        shell.run_in_bash(running.then)
    elif shell.needs_bash(block):
        shell.run_in_bash(swapped(block, shell.said, given))
    else:
        for line in lines(block):
            shell.run(swapped(line, shell.said, given))
