"""Scoring of many conversations without a database: tables of Arrow, and folders of shards.

``score_table`` can be pickled and loads its engines once a process, so that Dask, Ray, Spark or a notebook can call it
wherever their data lies. docs/how-to/score-on-many-machines.md has recipes.
"""

from auscult.batch.arrow import result_schema, score_table

__all__ = ["result_schema", "score_table"]
