"""usage: killed_executor.py PHONECERT [PHONES]

Digests a fleet of made-up phones on `local-cluster[2,1,1024]`, kills one of the two executors in the middle, and
compares the answer with that of a local scan. Needs Java 17 and `pip install pyspark==4.3.0 pyarrow 'pandas<3'`.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "benches")]
PARTITIONS = 16


def fleet(root, phones):
    """Phones in two directories, some with rotated logs, copies, earlier uploads, empty and broken files; with a
    master and site files for all of them, and files of their own for some."""
    import configured
    import phones as invented

    rng = random.Random(14)
    root.mkdir()
    for file, text in configured.site_files(has_shared_certificate=True):
        text = text.replace("site.cfg, sip.cfg", "[PHONE_MAC_ADDRESS]-own.cfg, site.cfg, sip_[PHONE_MODEL].cfg, sip.cfg")
        (root / file).write_text(text)
    (root / "sip_VVX500.cfg").write_text('<sip log.render.level="5"/>')
    noise = invented.Noise(seed=1, size=200_000, days=20)
    for number in range(phones):
        name, log = invented.name(number), b"".join(invented.log(number, 2_400, noise))
        folder = root / ("north" if number % 2 else "south")
        folder.mkdir(parents=True, exist_ok=True)
        files = {name: log}
        match number % 50:
            case 7:
                files = {name: log[len(log) // 2 :], f"{name}.1": log[: len(log) // 2]}
            case 11:
                files[f"{name}.bak"] = log
            case 13:
                files[f"{name} (1)"] = log[: log.index(b"\n", len(log) // 2) + 1]
            case 17:
                files[f"{name}.1"] = b""
            case 19:
                files = {name: b"no line of a log\n"}
            case 23:
                files = {f"{name}.gz": b"\x1f\x8b\x08 cut"}
        mac = name[:12]
        match number % 20:
            case 3:
                files[f"{mac}-phone.cfg"] = b'<PHONE_CONFIG device.set="0"/>'
            case 5:
                files[f"{mac}.cfg"] = b'<a CONFIG_FILES="../site.cfg, gone.cfg, ftp://server:invented@192.0.2.7/x.cfg"/>'
            case 9:
                files[f"{mac}-own.cfg"] = b'<a log.level.change.tls="6">'
                files = files if number % 40 == 9 else {f"../{mac}-own.cfg": files.pop(f"{mac}-own.cfg"), **files}
            case 12:
                files[f"{mac}-private.key"] = b"never opened"
            case 14:
                files = {f"{mac}-web.cfg": b'<a sec.TLS.customCaCert.1="AAEC"/>', f"{mac}.cfg": b'<a CONFIG_FILES="none.cfg">'}
        for file, content in files.items():
            (folder / file).write_bytes(content)
            stamp = 1_467_374_400 + rng.randrange(3_600)
            os.utime(folder / file, (stamp, stamp))


def job(phonecert, slow, root, answer):
    """The Spark job, in a process of its own."""
    from pyspark.sql import SparkSession

    import phonecert_spark

    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("phonecert")
    settings = {
        "spark.ui.enabled": "false",
        "spark.executor.memory": "600m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.adaptive.enabled": "false",
        "spark.task.maxFailures": "8",
        "spark.executorEnv.PYTHONPATH": str(HERE),
        # Where logs are digested does not matter; where the answer is made, ages are counted from now.
        "spark.executorEnv.TZ": "Pacific/Auckland",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    phonecert_spark.ship(spark, slow)
    logs = phonecert_spark.listing(spark, phonecert, root)
    digested = phonecert_spark.digest(logs, PARTITIONS, name=os.path.basename(slow))
    status = phonecert_spark.answer(digested, phonecert, ["--no-progress", "--output", answer])
    spark.stop()
    sys.exit(0 if status in (0, 1, 4) else f"scan ended with {status}")


def executors(driver):
    """The executors among the descendants of a process, by their ids."""
    parents, executors = {}, []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
            if b"CoarseGrainedExecutorBackend" in (status.parent / "cmdline").read_bytes():
                executors.append(int(status.parent.name))
        except OSError:
            continue
    def is_ours(process):
        while process not in (0, driver):
            process = parents.get(process, 0)
        return process == driver
    return [process for process in executors if is_ours(process)]


def main(phonecert, phones=5_000):
    phonecert = os.path.abspath(phonecert)
    with tempfile.TemporaryDirectory() as room:
        room = Path(room)
        root, begun = room / "fleet", room / "begun"
        begun.mkdir()
        fleet(root, int(phones))
        # So slow that an executor can be killed in the middle; each digest leaves a mark when it begins.
        slow = room / "slow-phonecert"
        slow.write_text(f"#!/bin/sh\nmktemp '{begun}/XXXXXX' >/dev/null\nsleep 2\nexec '{phonecert}' \"$@\"\n")
        slow.chmod(0o755)
        local = ["scan", str(root), "--no-progress", "--output", str(room / "local.json")]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1467460800", "TZ": "UTC"}
        subprocess.run([phonecert, *local], env=environment, stderr=subprocess.DEVNULL)
        with open(room / "log", "w") as log:
            command = [sys.executable, __file__, "--job", phonecert, slow, root, room / "spark.json"]
            remote = {**environment, "PYSPARK_PYTHON": sys.executable}
            run = subprocess.Popen(command, env=remote, stdout=log, stderr=log)
            killed = None
            while run.poll() is None:
                if killed is None and len(list(begun.iterdir())) >= 4 and (found := executors(run.pid)):
                    killed = found[0]
                    os.kill(killed, signal.SIGKILL)
                    print(f"killed executor, process {killed} of {found}, after {len(list(begun.iterdir()))} digests began", flush=True)
                time.sleep(0.05)
        text = (room / "log").read_text()
        assert run.returncode == 0, text[-4000:]
        assert killed is not None, "no executor was killed"
        lost = [line for line in text.splitlines() if "Lost executor" in line]
        assert lost, "the driver noticed no lost executor: " + text[-4000:]
        print(lost[0])
        answers = [(room / name).read_bytes() for name in ("local.json", "spark.json")]
        lines = zip(*(answer.decode().splitlines() for answer in answers))
        differing = [f"{one}\n instead of \n{other}" for other, one in lines if one != other]
        assert answers[0] == answers[1], "the answers differ: " + "\n".join(differing[:5])
        codes = {code for device in json.loads(answers[0])["devices"] for code in (one["code"] for one in device["diagnoses"])}
        assert {"CFG001", "CFG002", "CFG018", "CFG020", "CFG030", "CFG040"} <= codes, f"not all of the configuration was judged: {codes}"
        print(f"{phones} phones, {sum(1 for path in root.rglob('*') if path.is_file())} files, {len(list(begun.iterdir()))} digests began in {PARTITIONS} partitions: "
              f"{len(answers[0])} bytes of JSON, equal to the local answer")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        job(*sys.argv[2:])
    elif len(sys.argv) in (2, 3):
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
