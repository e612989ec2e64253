"""The cost of traces: processor time of accepting, evaluating and recording QA-14x8, with and without them.

    python -m bench.tracing [--count 2000] [--rounds 5]

Each round processes the same conversations in a database of its own, in turns: without traces, with the default share
of them, and with all. Spans are encoded and sent to a collector that throws them away. Processor time is that of this
process, the sending thread included, so other work on the machine hardly changes it.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from auscult import bootstrap
from auscult.bootstrap.tracing import OpenTelemetryTracer, tracer_to
from auscult.config import Settings
from auscult.domain.conversation import Conversation
from auscult.domain.operations.tracing import BATCH, TRACING
from auscult.domain.tenancy import Tenant
from auscult.reports import REPORTS
from auscult.services.definitions.forms.reading import read_form
from auscult.services.scoring.process import Processing
from bench.qa14x8 import FORM, conversations

TENANT = Tenant(account_id="acc-bench", org_id="o-bench", app_id="st-bench")
BATCH_SIZE = 250

_SINK = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200); self.send_header("content-length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
"""


def seconds(some: Sequence[Conversation], analyzers: str, tracer: OpenTelemetryTracer | None) -> float:
    """Return the processor time of processing them in a new database."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(database_url=f"sqlite:///{name}/bench.db", analyzers=analyzers, state_dir=name)
        with bootstrap.open(settings) as application:
            store = application.store
            store.ensure(TENANT)
            document = FORM.read_bytes()
            store.within(TENANT).forms.publish(read_form(document).id, document)
            work = Processing(store, bootstrap.evaluator(settings), REPORTS, partial(datetime.now, UTC))
            TRACING.tracer = tracer
            began = time.process_time()
            for start in range(0, len(some), BATCH_SIZE):
                with TRACING.span("POST", "server"):
                    accepted = store.within(TENANT).conversations.accept(some[start : start + BATCH_SIZE])
                batch = store.batches.get(accepted.batch_id or "")
                assert batch is not None
                with TRACING.span("batch", "consumer", {BATCH: batch.batch_id}, batch.traces):
                    finished = work.evaluate(batch.batch_id)
                    assert finished is not None
                    work.record(finished)
            TRACING.tracer = None
            if tracer is not None:
                tracer.flush()
            return time.process_time() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure in turns, and print the median difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    some = list(conversations(chosen.count))
    with subprocess.Popen([sys.executable, "-c", _SINK], stdout=subprocess.PIPE, text=True) as sink:  # noqa: S603
        assert sink.stdout is not None
        address = f"http://127.0.0.1:{sink.stdout.readline().strip()}/v1/traces"
        tracers = {
            f"{percent} %": tracer_to(OTLPSpanExporter(endpoint=address), percent, "bench") for percent in (10, 100)
        }
        for analyzers in ("none", "all"):
            took: dict[str, list[float]] = {"off": [], **{name: [] for name in tracers}}
            seconds(some[:BATCH_SIZE], analyzers, None)  # what is loaded once
            for _ in range(chosen.rounds):
                for name, found in took.items():
                    found.append(seconds(some, analyzers, tracers.get(name)))
            off = statistics.median(took["off"])
            for name, found in took.items():
                more = statistics.median(found) / off - 1
                each = statistics.median(found) / len(some) * 1e6
                print(f"analyzers {analyzers}, traces {name}: {each:.0f} us a conversation, {more:+.1%}")
        sink.terminate()


if __name__ == "__main__":
    main()
