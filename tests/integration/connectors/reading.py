"""A process that runs a connector, for tests that kill it: database, key, and name as arguments."""

import sys
from datetime import timedelta

from auscult.domain.connectors.run import Order
from auscult.services.connectors import running
from auscult.storage import open_store
from tests.integration.connectors.placing import TENANT, service

if __name__ == "__main__":
    running.GROUP = 10
    url, key, name = sys.argv[1:]
    service(open_store(url, key.encode()).within(TENANT), lease=timedelta(seconds=3)).run(name, Order(kind="manual"))
