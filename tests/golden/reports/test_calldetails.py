"""Sample calldetails (rule 23): the sample's three contacts go in as native documents and come out as the sample shows them."""

from typing import Any

import msgspec
import pytest

from auscult.domain.tenancy import Tenant
from auscult.reports.calldetails import CallDetails
from tests.golden.rendering import HERE, records

TENANT = Tenant(
    account_id="66050d249f946671f64axxxx",
    org_id="o-9569140a-d895-5951-99f4-33fb066bxxxx",
    app_id="st-e19dd469-90f5-5655-b0b2-858de901xxxx",
)
SAMPLE: dict[str, Any] = msgspec.json.decode((HERE / "calldetails.response.json").read_bytes())
IN_TABLE_ONLY = f',"appId":"{TENANT.app_id}"}}'.encode()


@pytest.fixture(scope="module")
def rows() -> list[bytes]:
    """The rendered rows, in order of start."""
    return [CallDetails().row(record) for record in records("calldetails", TENANT)]


@pytest.mark.parametrize("number", range(3))
def test_row_is_the_samples(rows: list[bytes], number: int) -> None:
    """Rows equal the sample's byte for byte, in the order of keys, followed by the keys of the table only (rule 23).

    The sample's rows are in no order; ours are in order of start (rule 20).
    """
    sample = sorted(SAMPLE["data"], key=lambda row: row["sessionStartTime"])[number]
    assert rows[number] == msgspec.json.encode(sample)[:-1] + IN_TABLE_ONLY
