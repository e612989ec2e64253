"""SHELF: kinds of table files that rows are written to. One kind a file, one line in this table."""

from collections.abc import Mapping

from auscult.tables._contract import Table
from auscult.tables.csv_file import Csv
from auscult.tables.ndjson import Ndjson
from auscult.tables.parquet import Parquet

TABLES: Mapping[str, Table] = {
    "ndjson": Ndjson(),
    "csv": Csv(),
    "parquet": Parquet(),
}
