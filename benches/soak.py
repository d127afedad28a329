#!/usr/bin/env python3
"""Scans a tree of logs repeatedly while other processes write, truncate, rotate, replace, move and delete them,
and checks each answer: what it says about a phone must fit some state of its log, including half changed ones.

    cargo build --release && python3 benches/soak.py --seconds 180

Ends with 1 if an answer was not plausible. All files are in a temporary directory, which is removed.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time

import measure
import phones
import unrest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(os.path.dirname(HERE), "target", "release", "phonecert")
LONGEST_RUN = 60.0
NOISE_SIZE = 5_000_000
MOST_SHOWN = 20


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(prefix="phonecert-soak-", dir=options.dir)
    try:
        violations = Soak(options, work).run()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if violations else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=180.0, help="how long to go on (default: 180)")
    parser.add_argument("--seed", type=int, default=1, help="of the changes' order")
    parser.add_argument("--without", action="append", default=[], choices=[kind.__name__ for kind in unrest.KINDS],
                        help="leave this kind of change out; repeatable")
    parser.add_argument("--dir", default=tempfile.gettempdir(), help="where the tree is made")
    parser.add_argument("--phonecert", default=BUILT, help="the program (default: target/release/phonecert)")
    options = parser.parse_args()
    if not os.access(options.phonecert, os.X_OK):
        raise SystemExit(f"{options.phonecert}: not there; `cargo build --release` makes it")
    return options


class Soak:
    """The tree, the processes that change it, and the results."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        root, aside = os.path.join(work, "logs"), os.path.join(work, "aside")
        os.mkdir(root)
        os.mkdir(aside)
        every = unrest.kinds(root, aside, phones.Noise(0, NOISE_SIZE, 25))
        self.kinds = [kind for kind in every if type(kind).__name__ not in options.without]
        self.kind_of = {phones.mac(number): kind for kind in self.kinds for number in kind.numbers}
        self.number_of = {phones.mac(number): number for kind in self.kinds for number in kind.numbers}
        self.paths = [root, *(kind.archive for kind in self.kinds if isinstance(kind, unrest.Archives))]
        self.counts = collections.Counter()
        self.violations = 0
        self.slowest = self.highest = 0

    def run(self):
        """Runs for the given time; returns how many faults the answers had."""
        for kind in self.kinds:
            kind.prepare()
        stop = multiprocessing.Event()
        changes = [multiprocessing.Value("L", 0) for _ in self.kinds]
        writers = [multiprocessing.Process(target=change, args=(kind, self.options, stop, count), daemon=True)
                   for kind, count in zip(self.kinds, changes)]
        until = time.monotonic() + self.options.seconds
        try:
            for writer in writers:
                writer.start()
            turn = 0
            while time.monotonic() < until:
                self.turn(turn)
                turn += 1
                for kind, writer in zip(self.kinds, writers):
                    if writer.exitcode is not None:
                        raise SystemExit(f"{type(kind).__name__}: ended with {writer.exitcode}")
        finally:
            stop.set()
            for writer in writers:
                if writer.pid is None:
                    continue
                writer.join(10)
                if writer.is_alive():
                    writer.kill()
                    writer.join()
        self.tell(changes)
        return self.violations

    def turn(self, turn):
        """Asks for one answer, with options that depend on the turn, and checks it."""
        threads = ["--threads", str(turn % 4 + 1)]
        if turn % 5 == 3:
            self.ask(["events", "--format", "jsonl", *threads], self.check_events)
        elif turn % 5 == 4:
            kept = os.path.join(self.work, "kept.json")
            self.ask(["scan", "--output", kept, "--force", *threads], self.check_scan, kept)
        else:
            self.ask(["scan", "--format", "json", *threads], self.check_scan)

    def ask(self, what, check, kept=None):
        answer = tempfile.TemporaryFile(dir=self.work)
        command = [self.options.phonecert, *what, *self.paths]
        try:
            run = measure.run(command, answer.fileno(), LONGEST_RUN)
        except measure.TooLong:
            return self.wrong(what, f"not done in {LONGEST_RUN:g} s")
        self.slowest, self.highest = max(self.slowest, run.seconds), max(self.highest, run.peak)
        self.counts[f"runs of {what[0]}"] += 1
        self.counts[f"exit status {run.status}"] += 1
        if run.status not in (0, 1, 3, 4) or "panicked" in run.errors:
            return self.wrong(what, f"ended with {run.status}: {run.errors.strip()[:500]}")
        if kept:
            with open(kept, "rb") as file:
                text = file.read()
        else:
            answer.seek(0)
            text = answer.read()
        try:
            faults = list(check(text, run.status))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            faults = [f"an answer of another shape: {error!r}: {text[:200]!r}"]
        for fault in faults:
            self.wrong(what, fault)
        return None

    def wrong(self, what, fault):
        self.violations += 1
        if self.violations <= MOST_SHOWN:
            print(f"NOT SANE  {' '.join(what)}: {fault}", file=sys.stderr, flush=True)

    def check_scan(self, text, status):
        """The faults in a scan's JSON."""
        report = json.loads(text)
        devices, problems = report["devices"], report["problems"]
        told = collections.Counter(device["status"] for device in devices)
        if any(report["summary"][name] != told[name] for name in ("failed", "attention", "unknown", "ok")):
            yield f"a summary of other phones: {report['summary']}, {dict(told)}"
        failed = any(found["severity"] == "error" and found["state"] == "active"
                     for device in devices for found in device["diagnoses"])
        if status != (1 if failed else 4 if problems else 0):
            yield f"exit status {status} with {len(problems)} problems, failed: {failed}"
        macs = collections.Counter(device["mac"] for device in devices)
        yield from (f"{mac} {count} times" for mac, count in macs.items() if count > 1)
        for mac, kind in self.kind_of.items():
            if mac not in macs and not kind.may_be_absent:
                yield f"no {mac} ({type(kind).__name__})"
        for device in devices:
            yield from self.check_device(device)
        for problem in problems:
            yield from self.check_problem(problem)

    def check_device(self, device):
        """Statements about this phone that were never true."""
        mac = device["mac"]
        kind = self.kind_of.get(mac)
        if kind is None:
            yield f"a phone that never existed: {json.dumps(device)[:1000]}"
            return
        number, where = self.number_of[mac], f"{mac} ({type(kind).__name__})"
        self.counts[f"{type(kind).__name__}: {device['status']}"] += 1
        statuses, codes = kind.statuses, kind.codes
        if isinstance(kind, unrest.Grows):
            statuses, codes = ({"failed"}, {"INS001"}) if kind.has_failed(number) else ({"ok"}, set())
            yield from self.check_evidence(device, kind.path(number))
        active = {found["code"] for found in device["diagnoses"]}
        if device["status"] not in statuses or active - codes - unrest.HARMLESS:
            yield f"{where} can't be so: {json.dumps(device)[:1500]}"
        if ("INS001" in active) != (device["status"] == "failed"):
            yield f"{where} is {device['status']} with {sorted(active)}"
        for slot in device["certificates"]:
            refused = "rejected" if slot["slot"] == "platform-1" and "INS001" in active else "not-available"
            if slot["slot"] != "built-in" and slot["state"] not in (refused, "not-available"):
                yield f"{where} has a certificate that it never had: {slot}"
            if slot["fingerprint"] not in (None, phones.fingerprint(number)) or slot["common_name"] not in (None, mac):
                yield f"{where} has another certificate: {slot}"

    def check_evidence(self, device, path):
        """Evidence that is not at its line, in a log that only grows."""
        with open(path, "rb") as file:
            lines = file.read(10_000).split(b"\n")
        for found in device["diagnoses"]:
            for proof in found["evidence"] if found["code"] == "INS001" else ():
                if proof["file"] != path and not path.endswith(proof["file"]):
                    yield f"{device['mac']}: evidence in {proof['file']}"
                elif proof["text"].encode() not in lines[proof["line"] - 1]:
                    yield f"{device['mac']}: not in line {proof['line']}: {proof['text']}"

    def check_problem(self, problem):
        """The fault of a problem that the file can't have had."""
        self.counts[f"problem {problem['kind']}"] += 1
        named = re.search(r"([0-9a-f]{12})-app\.log", problem["path"])
        kind = self.kind_of.get(named[1].upper()) if named else None
        if kind is None:
            kind = next((kind for kind in self.kinds if problem["path"] in (kind.root, getattr(kind, "archive", None))), None)
        if kind is None or problem["kind"] not in kind.problems:
            yield f"a problem that can't be ({type(kind).__name__}): {problem}"

    def check_events(self, text, _status):
        """The faults in events, one event per line."""
        for line in text.splitlines():
            event = json.loads(line)
            self.counts["events"] += 1
            if event["mac"] not in self.kind_of or not event["kind"] or event["line"] < 1:
                yield f"an event that never was: {event}"

    def tell(self, changes):
        """Prints the counts and the result."""
        for kind, count in zip(self.kinds, changes):
            print(f"{count.value:8}  changes by {type(kind).__name__}")
        for name, count in sorted(self.counts.items()):
            print(f"{count:8}  {name}")
        print(f"slowest run {self.slowest:.2f} s, highest peak {self.highest / 1024:.0f} MiB "
              f"(below {measure.floor() / 1024:.0f} it can't be told), "
              f"answers that are not sane: {self.violations}")


def change(kind, options, stop, count):
    """Changes the logs of one kind until `stop` is set."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chosen = random.Random(f"{options.seed} {type(kind).__name__}")
    while not stop.is_set():
        kind.step(chosen.choice(kind.numbers), chosen)
        count.value += 1
        stop.wait(chosen.uniform(0, 0.05))


if __name__ == "__main__":
    sys.exit(main())
