"""usage: queries.py PHONECERT

Runs the README's queries on the answer to the made-up fleet. Needs `pip install duckdb`.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = [
    # By model: the first row, and how many there are.
    lambda rows: rows[0] == ("VVX 411", "FLT002", 2) and ("VVX 500", "INS001", 1) in rows and len(rows) == 12,
    lambda rows: [phones for _, phones in rows] == [["64167F0A0B11", "64167F0A0B12"]],
    lambda rows: [(str(day), code) for day, code, _ in rows][:2] == [("2016-02-26", "INS001"), ("2016-02-26", "INS003")],
    lambda rows: [row[:2] for row in rows] == [("0004F2E5F608", "SoundStation IP 7000")],
]


def main(phonecert):
    text = (ROOT / "README.md").read_text()
    block = re.search(r"```sql\n(.*?)```", text, re.DOTALL).group(1)
    queries = [query.strip() for query in block.split(";") if query.strip()]
    copies = [query for query in queries if query.startswith("COPY")]
    queries = [query for query in queries if not query.startswith("COPY")]
    assert len(queries) == len(EXPECTED), queries
    phonecert = os.path.abspath(phonecert)
    with tempfile.TemporaryDirectory() as room:
        os.chdir(room)
        made = [phonecert, "scan", ROOT / "testdata/fleet", "--year", "2016", "--quiet", "--output", "fleet.jsonl"]
        assert subprocess.run(made).returncode == 1
        for query in copies:
            duckdb.sql(query)
        for query, is_expected in zip(queries, EXPECTED):
            for source in ("fleet.jsonl", "fleet.parquet"):
                rows = duckdb.sql(query.replace("fleet.jsonl", source)).fetchall()
                assert is_expected(rows), f"{query}\n{rows}"
    print(f"{len(queries)} queries answer as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
