"""Simulated phones against `phonecert scan`: `python3 benches/simulate --binary PATH --phones N --seed S`.

Prints each difference with the folder that reproduces it, then a table by kind. Exit status 1 if there is any.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from compare import differences  # noqa: E402
from delivery import COPIED, COPIES, DELIVERIES, SEVERAL, SHARED, deliver  # noqa: E402
from phone import Phone  # noqa: E402
from story import STORIES  # noqa: E402
from truth import Ambiguous, truth  # noqa: E402

NOW = datetime(2026, 11, 20)
ENVIRONMENT = {"TZ": "UTC", "SOURCE_DATE_EPOCH": str(int(NOW.timestamp() - datetime(1970, 1, 1).timestamp())), "PATH": "/usr/bin:/bin"}
# Stories that bring together what a delivery can't tell apart.
UNFIT = {
    # Dates of a clock that is not set are told by the boot's start, a New Year's night by the file's time.
    ("new-year", kind): "copied" for kind in COPIES
} | {("reboot-loop", "joined"): "as alike as copies"}


CLOCKS = ("clock-unset", "clock-late", "clock-bogus", "mixed")
NEW_YEAR = {(1, day) for day in range(1, 6)} | {(12, day) for day in range(28, 32)}


def tell(kind, seed, mac, latest, near):
    """A phone that has lived this story before `latest`; `near`: up to some months before, else any year."""
    rng = Random(f"{seed} start")
    if near:
        start = latest - timedelta(days=rng.randrange(5, 240))
    else:
        start = datetime(2012, 1, 1) + timedelta(days=rng.randrange(0, 13 * 365), seconds=rng.randrange(86400))
    for _ in range(8):
        # A default date is told from a real one by the time of year.
        if kind in CLOCKS and not (1, 25) < (start.month, start.day) < (11, 20):
            start -= timedelta(days=75)
        phone = Phone(Random(f"{seed} life"), mac, start)
        STORIES[kind](phone)
        end = phone.lines[-1].true
        if end > latest:
            start -= end - latest + timedelta(days=rng.randrange(1, 20))
        elif near and end < latest - timedelta(days=270):
            start += latest - end - timedelta(days=rng.randrange(40, 200))
        else:
            return phone
    raise Ambiguous("no time fits the story")


def group(number, kinds, seed, root):
    """One delivery with the phones in it: (name, kind of story, kind of delivery, truths)."""
    for attempt in range(40):
        name_of_seed = f"{seed} {number} {attempt}"
        rng = Random(name_of_seed)
        stories = [kind for kind in STORIES if kind in kinds] or list(STORIES)
        deliveries = [kind for kind in DELIVERIES if kind in kinds] or list(DELIVERIES)
        delivery, story = rng.choice(deliveries), rng.choice(stories)
        if (story, delivery) in UNFIT:
            continue
        folder = root / f"{number:05}-{story}-{delivery}"
        try:
            clocks, phones, near, latest = False, [], delivery in COPIES or delivery in SEVERAL, COPIED - timedelta(hours=1)
            if delivery in SEVERAL:
                latest -= timedelta(days=rng.randrange(10 * 365))
            for index in range(rng.randrange(2, 4) if delivery in SEVERAL else 1):
                prefix = rng.choice(["0004F2", "64167F", "482567"])
                kind = story if not index else rng.choice([kind for kind in stories if (kind, delivery) not in UNFIT])
                phones.append(tell(kind, f"{name_of_seed} {index}", f"{prefix}{number * 4 + index:06X}", latest, near))
                clocks |= kind in CLOCKS
            newest = max(phone.lines[-1].true for phone in phones)
            if len(phones) > 1 and clocks and (newest.month, newest.day) in NEW_YEAR:
                raise Ambiguous("the file is of the day that is the clock's default")
            seen = deliver(delivery, folder, phones, rng)
            return folder, story, delivery, [truth(phone.mac, seen[phone.mac]) for phone in phones]
        except Ambiguous:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(f"seed {seed}: no unambiguous phone {number} in 40 attempts")


def scan(binary, folder):
    shared = sorted(str(path.relative_to(folder)) for path in folder.glob(f"*/{SHARED}"))
    command = [binary, "scan", ".", *shared, "--format", "json", "--no-progress"]
    answer = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False)
    try:
        return json.loads(answer.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"exit status {answer.returncode}: {answer.stderr.decode(errors='replace')}") from None


def arguments():
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=os.path.abspath)
    parser.add_argument("--phones", type=int, default=500)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--kind", action="append", default=[], choices=sorted([*STORIES, *DELIVERIES]), metavar="KIND",
                        help="a story or a delivery; repeatable: " + ", ".join([*STORIES, *DELIVERIES]))
    parser.add_argument("--keep", type=Path, help="write the logs to this directory and leave them there")
    parser.add_argument("--show", type=int, default=40, help="how many phones with differences are shown")
    parser.add_argument("--calm", action="store_true", help="no lines of other processes, stamped by uptime among dated ones")
    return parser.parse_args()


def table(title, phones, wrong):
    print(f"\n{title:<26}phones  differ")
    for kind in sorted(phones):
        print(f"{kind:<26}{phones[kind]:6}  {wrong[kind] or '':>6}")


def main():
    options = arguments()
    Phone.calm = options.calm
    root = options.keep or Path(tempfile.mkdtemp(prefix="simulate-"))
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()):
        raise SystemExit(f"{root} is not empty")
    groups, count = [], 0
    while count < options.phones:
        groups.append(group(len(groups), set(options.kind), options.seed, root))
        count += len(groups[-1][3])
    answer = scan(options.binary, root)
    devices = {device["mac"]: device for device in answer["devices"]}
    problems = {}
    for problem in answer["problems"]:
        problems.setdefault(problem["path"].split("/")[0], []).append(f"problem {problem['kind']}: {problem['path']}")
    by_story, by_delivery, bad_story, bad_delivery, shown = Counter(), Counter(), Counter(), Counter(), 0
    for folder, story, delivery, truths in groups:
        for expected in truths:
            by_story[story] += 1
            by_delivery[delivery] += 1
            faults = differences(expected, devices.pop(expected["mac"], None)) + problems.pop(folder.name, [])
            if faults:
                bad_story[story] += 1
                bad_delivery[delivery] += 1
                shown += 1
                if shown <= options.show:
                    print(f"{folder} {expected['mac']}\n    " + "\n    ".join(faults))
    strangers = sorted(str(mac) for mac in devices) + [text for texts in problems.values() for text in texts]
    if strangers:
        print("rows or problems of no phone:", *strangers[:10])
    table("story", by_story, bad_story)
    table("delivery", by_delivery, bad_delivery)
    wrong = sum(bad_story.values())
    print(f"\nseed {options.seed}: {count} phones, {wrong} differ" + (f", logs in {root}" if wrong or options.keep else ""))
    if not wrong and not options.keep:
        shutil.rmtree(root)
    return 1 if wrong or strangers else 0


if __name__ == "__main__":
    sys.exit(main())
