"""Signals that end a process."""

import signal
import threading


def stop_on_signals(stop: threading.Event, *, is_child: bool = False) -> None:
    """Set ``stop`` on SIGTERM, and on SIGINT. Call it in the main thread.

    A child leaves SIGINT to its parent: Ctrl-C in a terminal goes to both, and the parent ends the child in order.
    """

    def request_stop(_number: int, _frame: object) -> None:
        # In a thread: a handler runs inside the main thread, which may be holding the event's own lock right then.
        threading.Thread(target=stop.set, name="ending").start()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_child else request_stop)
