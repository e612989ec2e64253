"""A client for the tests of definitions."""

import msgspec
import pytest

from tests.e2e.own import Own
from tests.e2e.serving import TENANT, Service


@pytest.fixture
def own(service: Service, request: pytest.FixtureRequest) -> Own:
    """A client that may change forms, with an app of its own for each test."""
    tenant = msgspec.structs.replace(TENANT, app_id=f"st-{request.node.originalname}")
    service.store.ensure(tenant)
    return Own(service, service.new_client("forms:write", tenant=tenant))
