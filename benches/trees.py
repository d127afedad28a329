"""The measured directories and archives of logs, which are always generated from the same seeds."""

import gzip
import io
import os
import random
import shutil
import tarfile
import zipfile
from dataclasses import dataclass, replace

import phones

BLOCKS = 8
BLOCK_SIZE = 4_000_000
BLOCK_DAYS = 20
# The modification time of members of archives, after the dates in the logs, which are in spring.
CHANGED = (2024, 6, 1, 12, 0, 0)


# Other files beside a log on a provisioning server, none of which is a log or a configuration file.
BESIDE = ["-boot.log", "-calls.xml", "-directory.xml", "-license.xml", "-lync.xml", "-favorites.xml", "-flk.cfg.bak",
          "-audio.pcap", "-screen.bmp", "-core.gz.part", "-events.csv", ".txt", ".sig"]


@dataclass(frozen=True)
class Tree:
    """Logs of `count` phones, each log of `size` bytes. 1 KB is 1,000 bytes."""
    name: str
    count: int
    size: int
    layout: str
    first: int = 0
    # Logs of each phone: the newest, and its rotated ones.
    logs: int = 1
    # The files are dropped from the page cache before each run.
    is_cold: bool = False
    # Made only if its name is given.
    on_demand: bool = False

    def scaled(self, scale):
        """The same tree, smaller by this factor: with fewer logs, or with smaller ones if there are only two."""
        if self.layout == "large":
            return replace(self, size=max(100_000, int(self.size * scale)))
        return replace(self, count=max(10, int(self.count * scale)))

    @property
    def numbers(self):
        """The phones in it."""
        return range(self.first, self.first + self.count)

    @property
    def files(self):
        """How many logs there are."""
        return self.count * self.logs

    @property
    def bytes(self):
        """The bytes of all logs, decompressed."""
        return self.files * self.size

    @property
    def is_archive(self):
        """Whether all logs are in one archive."""
        return self.layout in ("zip", "tar.gz")

    @property
    def title(self):
        """A description for the tables."""
        kind = {"zip": "a zip of ", "tar.gz": "a tar.gz of ", "flat": "one flat directory of "}.get(self.layout, "")
        size = f"{self.size // 1_000_000} MB" if self.size >= 1_000_000 else f"{self.size / 1000:g} KB"
        logs = f"{self.count:,} logs" if self.logs == 1 else f"{self.count:,} phones with {self.logs} rotated logs"
        more = {"gz": ", each a rotated .gz", "beside": f", {len(BESIDE)} other files beside each"}.get(self.layout, "")
        return f"{kind}{logs} of {size}{more}{', not in the page cache' if self.is_cold else ''}"


TREES = [
    Tree("medium", 4_000, 120_000, "directories"),
    Tree("small", 200_000, 2_000, "directories"),
    Tree("small-flat", 200_000, 2_000, "flat", on_demand=True),
    Tree("cold", 200_000, 2_000, "directories", is_cold=True),
    Tree("million", 1_000_000, 2_000, "directories", on_demand=True),
    Tree("rotated", 20_000, 2_000, "directories", logs=3),
    Tree("beside", 20_000, 2_000, "beside"),
    Tree("gz", 2_000, 120_000, "gz"),
    Tree("large", 2, 500_000_000, "large", first=7),
    Tree("zip", 2_000, 120_000, "zip"),
    Tree("targz", 2_000, 120_000, "tar.gz"),
]


def path_of(tree, work):
    """The path of a tree under `work`."""
    ending = "." + tree.layout if tree.is_archive else ""
    return os.path.join(work, f"{tree.name}-{tree.count}x{tree.size}{ending}")


def cool(path):
    """Drops the contents of the files from the page cache; directory entries and inodes may stay cached."""
    for directory, _, names in os.walk(path):
        for name in names:
            file = os.open(os.path.join(directory, name), os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def make(tree, work):
    """Makes a tree under `work`, unless it already exists."""
    path = path_of(tree, work)
    made = path + ".made"
    if os.path.exists(made):
        return
    remove(tree, work)
    # Each log takes whole blocks of the file system.
    needed = tree.files * -(-tree.size // 4096) * 4096 * 1.1
    free = shutil.disk_usage(work).free
    if needed > free:
        raise SystemExit(f"{work}: {needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free")
    {"zip": _zip, "tar.gz": _tar, "large": _large}.get(tree.layout, _directories)(tree, path)
    if tree.is_cold:
        # Pages that have not been written to the disk can't be dropped from the cache.
        os.sync()
    with open(made, "wb"):
        pass


def remove(tree, work):
    """Removes a tree, complete or not."""
    path = path_of(tree, work)
    if os.path.isdir(path):
        shutil.rmtree(path)
    for file in (path, path + ".made"):
        if os.path.exists(file):
            os.unlink(file)


def _noises():
    # One phone in eight has lost events.
    return [phones.Noise(seed, BLOCK_SIZE, BLOCK_DAYS, b"03" if seed == 5 else b"00") for seed in range(BLOCKS)]


def _logs(tree):
    noises = _noises()
    for number in tree.numbers:
        for log in range(tree.logs):
            yield number, phones.log(number, tree.size, noises[number % BLOCKS], (log, tree.logs))


def _place(tree, number):
    """The directory of a phone's log. There are 1,000 phones per directory, or 100 in trees of at most 20,000
    phones."""
    if tree.layout == "flat":
        return ""
    return f"site-{number // (1000 if tree.count > 20_000 else 100):04d}"


def _directories(tree, path):
    os.makedirs(path)
    before, age = None, 0
    for number, parts in _logs(tree):
        place = os.path.join(path, _place(tree, number))
        if place != before:
            os.makedirs(place, exist_ok=True)
            before = place
        # The logs of a phone come oldest first.
        age = (age or tree.logs) - 1
        name = phones.name(number) + (f".{age}" if age else "")
        if tree.layout == "gz":
            name, parts = phones.name(number) + ".1.gz", [gzip.compress(b"".join(parts), 6, mtime=0)]
        with open(os.path.join(place, name), "wb", buffering=0) as file:
            os.writev(file.fileno(), parts)
        if tree.layout == "beside":
            for ending in BESIDE:
                with open(os.path.join(place, phones.name(number).removesuffix("-app.log") + ending), "wb"):
                    pass


def _zip(tree, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, parts in _logs(tree):
            member = zipfile.ZipInfo(f"logs/{_place(tree, number)}/{phones.name(number)}", CHANGED)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, b"".join(parts))


def _tar(tree, path):
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        for number, parts in _logs(tree):
            member = tarfile.TarInfo(f"logs/{_place(tree, number)}/{phones.name(number)}")
            member.size = tree.size
            member.mtime = 1_717_243_200
            archive.addfile(member, io.BytesIO(b"".join(parts)))


def _large(tree, path):
    """Logs made of blocks of one day, each with a boot."""
    os.makedirs(path)
    noises = [phones.Noise(seed, BLOCK_SIZE, 1) for seed in range(2)]
    for number in tree.numbers:
        begin, chosen = phones.boot(number), random.Random(number)
        with open(os.path.join(path, phones.name(number)), "wb") as file:
            left, day = tree.size, 0
            while left > 2 * BLOCK_SIZE:
                noise = noises[chosen.randrange(len(noises))]
                # Each line begins with the date April 2 (0402), and only line beginnings have it after a line feed.
                date = _date(day)
                text = noise.bytes.replace(b"\n0402", b"\n" + date)
                text = begin + date + text[4:] + phones.FINAL % (date + b"235959", noise.missed)
                file.write(text)
                left, day = left - len(text), day + 1
            for part in _end(number, left, noises[0], _date(day)):
                file.write(part)


def _date(day):
    # Dates begin in February: a boot at midnight of January 1 would mean that the clock is not set.
    return b"%02d%02d" % (2 + day // 28, 1 + day % 28)


def _end(number, size, noise, date):
    begin, end = phones.boot(number), date + b"235959"
    room = min(size - len(begin) - 400, BLOCK_SIZE - 10_000)
    text = date + bytes(noise.lines(0, noise.line_at(room)))[4:].replace(b"\n0402", b"\n" + date)
    parts = [begin, text, phones.failure(number, end, noise.missed)]
    return [*parts, phones.filler(end, noise.missed, size - sum(map(len, parts)))]
