#!/usr/bin/env python3
"""Times `phonecert scan --format json` beside the tools that read the same bytes.

    cargo build --release && python3 benches/against.py

Trees of logs are made in a temporary directory, which is removed at the end. All commands are run in turn
(A B C A B C …) with the files in the page cache, after one uncounted run each. For directories the reference is
ripgrep, which counts the lines of two components; for archives it is the fastest tool that decompresses the
archive to /dev/null. Tools that are not installed, or that are very slow, are left out.

phonecert, ripgrep and grep write to a new file each time, as a user would: with /dev/null, grep would stop at the
first match of each log. Tools that print the logs' own bytes write to /dev/null.
Each answer of phonecert is checked, phone by phone; a wrong one ends the run. Locale: C.
"""

import argparse
import datetime
import hashlib
import os
import re
import shutil
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field

import answers
import measure
import trees

PATTERN = r"\|(tls|hw) *\|"
HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(os.path.dirname(HERE), "target", "release", "phonecert")


@dataclass
class Tool:
    """A measured command, and its runs."""
    name: str
    command: list
    keeps_answer: bool = False
    prints_logs: bool = False
    statuses: tuple = (0,)
    is_phonecert: bool = False
    # The phones that the answer must have.
    numbers: range = range(0)
    runs: list = field(default_factory=list)

    @property
    def median(self):
        """Seconds."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def least(self):
        """Seconds."""
        return min(run.seconds for run in self.runs)

    @property
    def cpu(self):
        """The median of the CPU seconds of all cores together."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def peak(self):
        """KiB."""
        return max(run.peak for run in self.runs)


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ["LC_ALL"] = "C"
    if not os.access(options.phonecert, os.X_OK):
        raise SystemExit(f"{options.phonecert}: not there; `cargo build --release` makes it")
    chosen = [tree for tree in trees.TREES if tree.name in options.only]
    work = workplace(options)
    try:
        results = [(tree, compare(tree, work, options)) for tree in (tree.scaled(options.scale) for tree in chosen)]
    finally:
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
    (print_markdown if options.markdown else print_plain)(results, options)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    usual = [tree.name for tree in trees.TREES if not tree.on_demand]
    parser.add_argument("--only", action="append", choices=[tree.name for tree in trees.TREES],
                        help=f"this tree; repeatable (default: {', '.join(usual)})")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each command (default: 7)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the trees' size; 0.01 for a quick look")
    parser.add_argument("--dir", default=tempfile.gettempdir(), help="where trees are made")
    parser.add_argument("--keep", action="store_true", help="keep the trees, and use those that were kept")
    parser.add_argument("--phonecert", default=BUILT, help="the program (default: target/release/phonecert)")
    parser.add_argument("--patience", type=float, default=60.0,
                        help="seconds; a tool whose first run takes longer is left out (default: 60)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    options.only = options.only or usual
    if options.rounds < 1 or options.scale <= 0:
        parser.error("--rounds must be at least 1, --scale above 0")
    return options


def workplace(options):
    if not options.keep:
        return tempfile.mkdtemp(prefix="phonecert-bench-", dir=options.dir)
    work = os.path.join(options.dir, "phonecert-bench")
    os.makedirs(work, exist_ok=True)
    return work


def compare(tree, work, options):
    """Makes the tree, runs all tools over it in turn, and removes it."""
    say(f"{tree.title}: making it")
    measure.apart(trees.make, tree, work)
    path = trees.path_of(tree, work)
    tools = [tool for tool in (archive_tools if tree.is_archive else tree_tools)(tree, path, options)
             if shutil.which(tool.command[0])]
    # The answer depends on the time of the run (the age of a phone's newest line), so all runs get the same time.
    environment = {**os.environ, "HOME": work, "SOURCE_DATE_EPOCH": str(int(time.time()))}
    expected, left_out = {}, []
    for tool in tools:
        say(f"{tree.title}: {tool.name}, first run")
        try:
            answer = once(tool, work, environment, 3600 if tool.is_phonecert else options.patience, is_first=True)
        except measure.TooLong:
            say(f"{tree.title}: {tool.name} is left out: not done in {options.patience:g} s")
            left_out.append(tool)
            continue
        tool.runs.clear()
        printed = os.fstat(answer.fileno()).st_size
        if tool.prints_logs and printed < tree.bytes:
            say(f"{tree.title}: {tool.name} is left out: it printed {printed} bytes of {tree.bytes}")
            left_out.append(tool)
        if tool.is_phonecert:
            expected[tool.name] = digest(answer)
            measure.apart(answers.check, f"/proc/self/fd/{answer.fileno()}", tree, tool.numbers)
    for number in range(options.rounds):
        say(f"{tree.title}: round {number + 1} of {options.rounds}")
        for tool in (tool for tool in tools if tool not in left_out):
            if tree.is_cold:
                measure.apart(trees.cool, path)
            answer = once(tool, work, environment, 3600)
            if tool.is_phonecert and digest(answer) != expected[tool.name]:
                raise SystemExit(f"wrong answer for {tree.title}: not the same as in the run before")
    if not options.keep:
        trees.remove(tree, work)
    return tools


def once(tool, work, environment, limit, is_first=False):
    """Runs a tool once; returns an unnamed file with its answer. The output of tools that print the logs is
    kept only the first time."""
    answer = tempfile.TemporaryFile(dir=work)
    output = answer.fileno() if tool.keeps_answer or is_first else None
    run = measure.run(tool.command, output, limit, environment)
    if run.status not in tool.statuses:
        raise SystemExit(f"{tool.name} ended with {run.status}: {run.errors.strip()}")
    tool.runs.append(run)
    return answer


def digest(answer):
    answer.seek(0)
    return hashlib.file_digest(answer, "sha256").digest()


def phonecert(tree, path, options, name="phonecert scan", numbers=None, more=()):
    numbers = tree.numbers if numbers is None else numbers
    failing = any(answers.phones.error(number) for number in numbers)
    command = [options.phonecert, "scan", "--format", "json", *more, path]
    return Tool(name, command, keeps_answer=True, statuses=(1 if failing else 0,), is_phonecert=True, numbers=numbers)


def tree_tools(tree, path, options):
    tools = [
        phonecert(tree, path, options),
        Tool("rg -c", ["rg", "-c", PATTERN, path], keeps_answer=True),
    ]
    if tree.name == "small":
        one = answers.phones.mac(tree.first)
        tools.append(phonecert(tree, path, options, "phonecert scan --device", [tree.first], ["--device", one]))
    if tree.layout == "gz":
        return [tools[0], Tool("gzip -dc", ["find", path, "-type", "f", "-exec", "gzip", "-dc", "{}", "+"], prints_logs=True)]
    if tree.is_cold or tree.layout == "beside":
        return tools
    return [
        *tools,
        Tool("grep -rcE", ["grep", "-rcE", PATTERN, path], keeps_answer=True),
        Tool("cat", ["find", path, "-type", "f", "-exec", "cat", "{}", "+"], prints_logs=True),
        Tool("lnav -n", ["lnav", "-n", "-r", path], prints_logs=True),
    ]


def archive_tools(tree, path, options):
    seven = shutil.which("7zz") or "7z"
    commands = {"bsdtar -xO": ["bsdtar", "-xOf", path], "7z e -so": [seven, "e", "-so", path]}
    if tree.layout == "zip":
        commands["unzip -p"] = ["unzip", "-p", path]
    else:
        commands |= {f"{name} {option}": [name, option, path]
                     for name, option in (("gzip", "-dc"), ("pigz", "-dc"), ("libdeflate-gunzip", "-c"))}
    others = [Tool(name, command, prints_logs=True) for name, command in sorted(commands.items())]
    return [phonecert(tree, path, options), *others]


def measure_of(tree, tools):
    """The reference of the ratios: a median in seconds; None if there is none."""
    others = [tool for tool in tools if tool.runs and not tool.is_phonecert]
    if not tree.is_archive and tree.layout != "gz":
        others = [tool for tool in others if tool.name == "rg -c"]
    return min((tool.median for tool in others), default=None)


def rows(results, options):
    least = measure.floor() * 1.1
    for tree, tools in results:
        median = measure_of(tree, tools)
        for tool in tools:
            if not tool.runs:
                yield (tree.title, tool.name, "left out", *["-"] * (len(HEAD) - 3))
                continue
            ratio = f"{tool.median / median:.2f}" if median else "-"
            peak = f"{tool.peak / 1024:.0f}" if tool.peak > least else f"< {least / 1024:.0f}"
            yield (tree.title, tool.name, f"{tool.median:.3f}", f"{tool.least:.3f}", ratio,
                   f"{tool.cpu:.3f}", f"{tree.bytes / tool.median / 1e9:.2f}", peak)


HEAD = ("tree", "command", "median s", "least s", "ratio", "CPU s", "GB/s", "peak MiB")


def print_plain(results, options):
    table = [HEAD, *rows(results, options)]
    widths = [max(map(len, column)) for column in zip(*table)]
    for row in table:
        print("  ".join(cell.ljust(width) if index < 2 else cell.rjust(width)
                        for index, (cell, width) in enumerate(zip(row, widths))).rstrip())
    print(conditions(options))


def print_markdown(results, options):
    print("| " + " | ".join(HEAD) + " |")
    print("|---|---|" + "--:|" * (len(HEAD) - 2))
    before = None
    for row in rows(results, options):
        title, command, *figures = row
        mark = "**" if command.startswith("phonecert scan") else ""
        print(f"| {title if title != before else ''} | {mark}`{command}`{mark} | " + " | ".join(figures) + " |")
        before = title
    print()
    print(conditions(options))


def conditions(options):
    """The conditions under which the figures were measured."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (f"{cores} cores ({model[1] if model else os.uname().machine}), {memory:.0f} GiB, Linux {os.uname().release}, "
            f"files in the page cache unless said, {options.rounds} rounds in turn, {datetime.date.today()}. "
            f"{', '.join(versions(options))}. The ratio is of medians: to `rg -c` for directories, to the fastest "
            "other tool for archives. CPU: of all cores together. GB/s: bytes of the logs, decompressed. Peak: of the largest process.")


def versions(options):
    commands = {"rg": ["rg", "--version"], "grep": ["grep", "--version"], "lnav": ["lnav", "-V"], "unzip": ["unzip", "-v"],
                "pigz": ["pigz", "--version"], "bsdtar": ["bsdtar", "--version"]}
    for name, command in {"phonecert": [options.phonecert, "--version"], **commands}.items():
        if not shutil.which(command[0]):
            continue
        with tempfile.TemporaryFile() as said:
            measure.run(command, said.fileno())
            said.seek(0)
            number = re.search(rb"\d+(\.\d+)+", said.read())
        yield f"{name} {number[0].decode() if number else '?'}"


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
