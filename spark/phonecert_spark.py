"""phonecert on Spark: each phone's logs and configuration files are digested in one task, and one process answers.

    from phonecert_spark import answer, digest, listing, ship
    ship(spark, "/usr/local/bin/phonecert")
    logs = listing(spark, "phonecert", "/mnt/provisioning")         # a path that all executors see
    answer(digest(logs, partitions=200), "phonecert", ["--output", "fleet.json", "--output", "fleet.html"])

Classic Spark and Spark Connect; the DataFrame API alone. Spark 4, Python 3.10 and pyarrow are needed.

Logs in an object store: make `logs` yourself, with the columns `mac` (null where the name has none), `path` (the
key) and `modified` (seconds since 1970, UTC: the time of the log, not of its upload; else give `--year`), and let
`digest` fetch each phone's logs where they are digested. A configuration file is a row too: one for each phone
that reads it.

    fetch = lambda key: filesystem.open_input_stream(key, compression=None).read()  # else it gunzips by the name
    digest(logs, partitions=200, fetch=fetch)

`digest` returns a DataFrame with one column, `records`: streams of records. Written as Parquet, they are last
night's answer for the next one. A phone whose logs stand partly in an archive is named by a problem
(`digested-apart`), since an archive is digested by a task of its own.
"""

import json
import os
import subprocess
import tempfile

# Whole phones of so many files are digested by one process.
LOGS = 2000

KEYED = "mac string, path string, modified double"


def ship(spark, phonecert):
    """Sends the program to all executors."""
    if hasattr(spark, "addArtifacts") and "connect" in type(spark).__module__:
        spark.addArtifacts(phonecert, file=True)
    else:
        spark.sparkContext.addFile(phonecert)


def listing(spark, phonecert, *paths):
    """What `phonecert list` finds under the paths, as a DataFrame. Of files, only masters and the configuration files
    that they name are opened. Such a file is a row beside the logs of each phone that may read it.

    Spark's own `binaryFile` source leaves out empty files, which are a finding.
    """
    found = subprocess.run([phonecert, "list", *paths], stdout=subprocess.PIPE)
    if found.returncode not in (0, 3, 4):
        raise RuntimeError(f"phonecert list ended with {found.returncode}")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    # A path that can't be read is a problem again when it is digested, and so reaches the answer.
    rows = [(line.get("mac"), line["path"], None) for line in lines if line.get("problem") != "symlink-loop"]
    return spark.createDataFrame(rows, KEYED)


def digest(logs, partitions, fetch=None, options=(), name="phonecert"):
    """Digests logs; all logs of a phone meet in one task. `options` are those of `phonecert digest`."""

    def tasks(batches):
        import pyarrow as pa
        from pyspark.core.files import SparkFiles

        program = SparkFiles.get(name)
        os.chmod(program, 0o755)
        for rows in whole_phones(batches):
            stream = pa.array([records(program, rows, fetch, options)], pa.binary())
            yield pa.RecordBatch.from_arrays([stream], names=["records"])

    keyed = logs.selectExpr("mac", "path", "modified", "coalesce(mac, path) AS phone")
    ordered = keyed.repartition(partitions, "phone").sortWithinPartitions("phone", "path")
    return ordered.mapInArrow(tasks, "records binary")


def whole_phones(batches):
    """Rows in portions that end where a phone ends; a batch can end within one."""
    rows = []
    for batch in batches:
        for row in batch.to_pylist():
            if len(rows) >= LOGS and row["phone"] != rows[-1]["phone"]:
                yield rows
                rows = []
            rows.append(row)
    if rows:
        yield rows


def records(program, rows, fetch, options):
    """The records of these logs and configuration files: one stream."""
    rows = list({row["path"]: row for row in rows}.values())
    with tempfile.TemporaryDirectory() as room:
        for row in rows if fetch else ():
            place = os.path.join(room, row["path"].lstrip("/"))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(fetch(row["path"]))
            if row["modified"] is not None:
                os.utime(place, (row["modified"], row["modified"]))
        paths = [row["path"].lstrip("/") if fetch else row["path"] for row in rows]
        command = [program, "digest", "--threads", "1", "--quiet", "--files-from", "-", *options]
        listed = "\0".join(paths).encode() + b"\0"
        made = subprocess.run(command, input=listed, capture_output=True, cwd=room if fetch else None)
    if made.returncode not in (0, 3, 4):
        raise RuntimeError(f"phonecert digest ended with {made.returncode}: {made.stderr[-500:]}")
    return made.stdout


def answer(digested, phonecert, options=()):
    """`phonecert scan` of all records, with any of its options. Returns its exit status."""
    # All partitions at once; the iterator alone would make them one after the other.
    digested = digested.persist()
    digested.count()
    scan = subprocess.Popen([phonecert, "scan", "--records", "-", *options], stdin=subprocess.PIPE)
    for row in digested.toLocalIterator(prefetchPartitions=True):
        scan.stdin.write(row.records)
    scan.stdin.close()
    return scan.wait()
