"""Logs that change while they are read. Each kind of change says what a scan may find of its phones at any
moment, even during a change."""

import gzip
import os
import shutil
import zipfile

import phones

OK, UNKNOWN, FAILED = "ok", "unknown", "failed"
# Diagnoses that a phone may always have, beside the error that its log shows.
HARMLESS = {"LOG001", "LOG002"}


class Kind:
    """Phones whose logs change in one way. `step` makes one change to one of them."""

    phones_each = 4
    statuses = {OK}
    codes = set()
    problems = set()
    may_be_absent = False

    def __init__(self, root, aside, noise, first):
        self.root, self.aside, self.noise = root, aside, noise
        self.numbers = range(first, first + self.phones_each)

    def prepare(self):
        """Creates all logs."""
        for number in self.numbers:
            with open(self.path(number), "wb") as file:
                file.write(self.text(number, 100_000))

    def step(self, number, chosen):
        """Makes one change."""
        raise NotImplementedError

    def path(self, number):
        """The phone's log."""
        return os.path.join(self.root, phones.name(number))

    def beside(self, number):
        """A file outside the scanned directories."""
        return os.path.join(self.aside, phones.name(number))

    def text(self, number, size, failed=False):
        """A log of about `size` bytes: a boot, then the noise, repeated as often as needed."""
        again, rest = divmod(size, len(self.noise.bytes))
        end = self.noise.line_at(rest)
        failure = phones.KEY_TOO_LARGE % (self.noise.stamp(end), self.noise.missed) if failed else b""
        return phones.boot(number) + self.noise.bytes * again + bytes(self.noise.lines(0, end)) + failure

    def size(self, chosen):
        """The size of a log: most are small."""
        return int(chosen.choice((3e3, 5e4, 3e5, 4e6)) * chosen.uniform(0.5, 1.5))


class Grows(Kind):
    """Text is appended, in pieces that end anywhere in a line. Every second phone has failed."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.at = {number: 0 for number in self.numbers}

    def prepare(self):
        for number in self.numbers:
            failure = phones.KEY_TOO_LARGE % (b"0401000000", b"00") if self.has_failed(number) else b""
            with open(self.path(number), "wb") as file:
                file.write(phones.boot(number) + failure)

    def step(self, number, chosen):
        begin = self.at[number]
        end = min(begin + chosen.choice((1, 30, 500, 70_000, 300_000)), len(self.noise.bytes))
        self.at[number] = end % len(self.noise.bytes)
        with open(self.path(number), "ab", buffering=0) as file:
            file.write(self.noise.view[begin:end])

    def has_failed(self, number):
        """Whether the phone has failed, at all times."""
        return number % 2 == 1


class Truncates(Kind):
    """The log is truncated, to nothing or at any place, and rewritten in place, in several pieces or with its end
    first. In the latter case it begins with zeros, which may form a very long line."""

    statuses = {OK, UNKNOWN}
    problems = {"changed-while-read", "not-a-log", "limit-exceeded"}

    def step(self, number, chosen):
        text = self.text(number, self.size(chosen))
        handle = os.open(self.path(number), os.O_WRONLY)
        try:
            self.rewrite(handle, text, chosen)
        finally:
            os.close(handle)

    @staticmethod
    def rewrite(handle, text, chosen):
        """Truncates or rewrites the file in one of four ways."""
        way = chosen.randrange(4)
        middle = chosen.randrange(len(text))
        if way == 0:
            os.ftruncate(handle, 0)
            os.pwrite(handle, text, 0)
        elif way == 1:
            os.ftruncate(handle, min(middle, os.fstat(handle).st_size))
        elif way == 2:
            os.ftruncate(handle, 0)
            os.pwrite(handle, text[:middle], 0)
            os.pwrite(handle, text[middle:], middle)
        else:
            os.ftruncate(handle, 0)
            os.pwrite(handle, text[middle:], middle)
            os.pwrite(handle, text[:middle], 0)


class TruncatesLarge(Truncates):
    """The same with a log that is large enough to be read by several threads."""

    phones_each = 1

    def size(self, chosen):
        return int(chosen.uniform(8e6, 16e6))


class Replaces(Kind):
    """Another file replaces the log atomically: in some the phone has failed, in others not."""

    statuses = {OK, FAILED}
    codes = {"INS001"}
    problems = {"changed-while-read"}

    def step(self, number, chosen):
        with open(self.beside(number), "wb") as file:
            file.write(self.text(number, self.size(chosen), failed=chosen.random() < 0.5))
        os.replace(self.beside(number), self.path(number))


class Rotates(Kind):
    """The log becomes `.1`, which becomes `.2.gz`, compressed in place; a new log begins."""

    statuses = {OK, UNKNOWN}
    problems = {"not-found", "changed-while-read", "not-a-log", "truncated-archive", "corrupt-archive"}
    may_be_absent = True

    def step(self, number, chosen):
        path = self.path(number)
        if os.path.exists(path + ".1"):
            with open(path + ".1", "rb") as old, gzip.open(path + ".2.gz", "wb", 1) as packed:
                shutil.copyfileobj(old, packed)
            os.unlink(path + ".1")
        os.rename(path, path + ".1")
        with open(path, "wb", buffering=0) as file:
            text = self.text(number, self.size(chosen))
            file.write(text[:10_000])
            file.write(text[10_000:])


class Deletes(Kind):
    """The log is deleted, and later created again."""

    statuses = {OK, UNKNOWN}
    problems = {"not-found", "changed-while-read", "not-a-log"}
    may_be_absent = True

    def step(self, number, chosen):
        if os.path.exists(self.path(number)):
            os.unlink(self.path(number))
            return
        with open(self.path(number), "wb", buffering=0) as file:
            file.write(self.text(number, self.size(chosen)))


class Spoils(Kind):
    """The file is sometimes a log, sometimes random bytes."""

    statuses = {OK, UNKNOWN}
    problems = {"not-a-log", "changed-while-read"}
    may_be_absent = True

    def step(self, number, chosen):
        text = self.text(number, self.size(chosen))
        with open(self.path(number), "r+b", buffering=0) as file:
            file.truncate(0)
            file.write(chosen.randbytes(len(text)) if chosen.random() < 0.5 else text)


class Moves(Kind):
    """The logs' directory is moved away and back."""

    problems = {"not-found"}
    may_be_absent = True

    def __init__(self, root, aside, noise, first):
        super().__init__(os.path.join(root, "moving"), aside, noise, first)
        os.makedirs(self.root, exist_ok=True)

    def step(self, number, chosen):
        away = os.path.join(self.aside, "moving")
        os.rename(*((self.root, away) if os.path.isdir(self.root) else (away, self.root)))


class Links(Kind):
    """The log is a link: to a log, to nothing, to a pipe without a writer, or to its own directory."""

    statuses = {OK, UNKNOWN}
    problems = {"not-found", "changed-while-read", "symlink-loop", "unreadable", "not-a-log"}
    may_be_absent = True

    def prepare(self):
        os.mkfifo(os.path.join(self.aside, "pipe"))
        for number in self.numbers:
            with open(self.beside(number), "wb") as file:
                file.write(self.text(number, 50_000))
            os.symlink(self.beside(number), self.path(number))

    def step(self, number, chosen):
        target = chosen.choice((self.beside(number), self.beside(number), "nowhere", self.root,
                                os.path.join(self.aside, "pipe")))
        fresh = self.beside(number) + ".link"
        os.symlink(target, fresh)
        os.replace(fresh, self.path(number))


class Archives(Kind):
    """The logs are in a zip archive, which another one replaces atomically."""

    problems = {"changed-while-read"}

    def __init__(self, root, aside, noise, first):
        super().__init__(root, aside, noise, first)
        self.archive = os.path.join(os.path.dirname(root), "ticket.zip")

    def prepare(self):
        self.pack(100_000)

    def step(self, number, chosen):
        self.pack(self.size(chosen))

    def pack(self, size):
        """Replaces the zip archive."""
        fresh = os.path.join(self.aside, "fresh.zip")
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number in self.numbers:
                archive.writestr(phones.name(number), self.text(number, size))
        os.replace(fresh, self.archive)


KINDS = [Grows, Truncates, TruncatesLarge, Replaces, Rotates, Deletes, Spoils, Moves, Links, Archives]


def kinds(root, aside, noise):
    """One instance of each kind, with different phones, none of which has failed unless the kind says so."""
    return [kind(root, aside, noise, 1_000 + 100 * place + 14) for place, kind in enumerate(KINDS)]
