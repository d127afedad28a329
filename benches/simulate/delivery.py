"""How a phone's lines become files: rotated, cut, copied, quoted, sent to a syslog server.

Each delivery writes into a folder and returns, for each phone, the lines that can be seen there.
"""

import gzip
import io
import quopri
import os
import tarfile
import textwrap
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

COPIED = datetime(2026, 11, 19, 12)
# A log of several phones; it must be named on the command line.
SHARED = "polycom.log"
NEW_YEAR_1980 = datetime(1980, 1, 1)


def put(path: Path, content: bytes, modified: datetime):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    touch(path, modified)


def touch(path: Path, modified: datetime):
    seconds = modified.replace(tzinfo=timezone.utc).timestamp()
    os.utime(path, (seconds, seconds))


def encode(lines, end="\n"):
    return "".join(line.text + end for line in lines).encode()


def after(line):
    return line.true + timedelta(seconds=2)


def name(phone, suffix="", upper=False):
    mac = phone.mac if upper else phone.mac.lower()
    return f"{mac}-app.log{suffix}"


def pieces(lines, rng, anywhere, most=4):
    """The log in two or more pieces, each with the line in which or after which it ends."""
    whole, ends, position = encode(lines), [], 0
    for line in lines:
        position += len(line.text.encode()) + 1
        ends.append(position)
    count = min(rng.randrange(1, most), max(1, len(lines) - 1))
    if anywhere:
        cuts = []
        for cut in sorted({rng.randrange(1, len(whole) - 1) for _ in range(count)}) + [len(whole)]:
            if whole[cuts[-1] if cuts else 0 : cut].count(b"\n") > 1:
                cuts.append(cut)
        # A whole line stands in each piece, in the last one too.
        cuts = cuts[:-1]
    else:
        cuts = sorted(set(rng.sample(ends[:-1], count)))
    found, start = [], 0
    for cut in [*cuts, len(whole)]:
        last = next(index for index, end in enumerate(ends) if end >= cut)
        found.append((whole[start:cut], lines[last]))
        start = cut
    return found


def chain(folder, phone, rng, anywhere, modified=None, packed=False):
    """`.2.gz`, `.1`, and the log itself."""
    found = pieces(phone.lines, rng, anywhere)
    for number, (content, last) in enumerate(reversed(found)):
        suffix = f".{number}" if number else ""
        if packed and number > 1:
            content, suffix = gzip.compress(content, mtime=0), suffix + ".gz"
        put(folder / name(phone, suffix), content, modified or after(last))


def whole(folder, phone, where="", suffix="", lines=None, end="\n"):
    lines = lines or phone.lines
    put(folder / where / name(phone, suffix), encode(lines, end), after(lines[-1]))


def one(folder, phone, rng):
    whole(folder, phone)


def one_crlf(folder, phone, rng):
    whole(folder, phone, end="\r\n")


def rotated(folder, phone, rng):
    chain(folder, phone, rng, anywhere=False)


def rotated_anywhere(folder, phone, rng):
    chain(folder, phone, rng, anywhere=True)


def rotated_packed(folder, phone, rng):
    chain(folder, phone, rng, anywhere=True, packed=True)


def rotated_copied(folder, phone, rng):
    chain(folder, phone, rng, anywhere=False, modified=COPIED)


def rotated_anywhere_copied(folder, phone, rng):
    chain(folder, phone, rng, anywhere=True, modified=COPIED, packed=True)


def rotated_without_times(folder, phone, rng):
    chain(folder, phone, rng, anywhere=True, modified=NEW_YEAR_1980)


def one_copied(folder, phone, rng):
    put(folder / name(phone), encode(phone.lines), COPIED)


def earlier_upload(folder, phone, rng):
    whole(folder, phone)
    content = encode(phone.lines)
    cut = rng.randrange(len(content) // 3, len(content) - 1)
    last = phone.lines[max(0, content[:cut].count(b"\n") - 1)]
    put(folder / "yesterday" / name(phone), content[:cut], after(last))


def excerpt(folder, phone, rng):
    whole(folder, phone)
    dated = [i for i, line in enumerate(phone.lines) if line.mode == "date"]
    middle = rng.choice(dated) if dated else rng.randrange(len(phone.lines))
    start, end = max(0, middle - rng.randrange(1, 9)), middle + rng.randrange(2, 9)
    whole(folder, phone, "mail", lines=phone.lines[start:end])


def excerpt_undated(folder, phone, rng):
    """Lines of one boot that stand there by uptime only."""
    whole(folder, phone)
    boot = rng.choice(sorted({line.boot for line in phone.lines}))
    lines = [line for line in phone.lines if line.boot == boot and line.mode == "uptime" and line.own][:30]
    if len(lines) > 3:
        whole(folder, phone, "mail", lines=lines[rng.randrange(0, 3):])


def crlf_copy(folder, phone, rng):
    whole(folder, phone)
    whole(folder, phone, "windows", end="\r\n")


def overlap(folder, phone, rng):
    """The rotated log's last lines stand in the next one too, a dated one among them."""
    dated = [i for i, line in enumerate(phone.lines) if line.mode == "date" and line.own]
    if len(dated) < 8:
        return rotated(folder, phone, rng)
    end = rng.choice(dated[3:-2])
    start = max(0, end - rng.randrange(3, 12))
    whole(folder, phone, suffix=".1", lines=phone.lines[: end + 1])
    whole(folder, phone, lines=phone.lines[start:])


def doubled(folder, phone, rng):
    """A syslog server wrote every line twice."""
    lines = [line for line in phone.lines for _ in range(2)]
    whole(folder, phone, lines=lines)


def quoted(folder, phone, rng):
    mark = rng.choice(["> ", "> > ", "- ", "  ", "{file}:{number}:"])
    text = "".join(f"{mark.format(file=name(phone), number=number)}{line.text}\n"
                   for number, line in enumerate(phone.lines, 1))
    put(folder / name(phone), text.encode(), after(phone.lines[-1]))


def wrapped(folder, phone, rng):
    """A mail program broke long lines at blanks."""
    text = []
    for line in phone.lines:
        text += textwrap.wrap(line.text, rng.choice([76, 78, 90]), break_long_words=False, break_on_hyphens=False,
                              drop_whitespace=True) if "  " not in line.text[16:] else [line.text]
    put(folder / name(phone), "\n".join(text).encode() + b"\n", after(phone.lines[-1]))


def mail(folder, phone, rng):
    """A saved mail in the encoding `quoted-printable`, which breaks lines at 76 characters."""
    head = f"Subject: log of {phone.mac.lower()}\nContent-Transfer-Encoding: quoted-printable\n\n"
    text = head.encode() + quopri.encodestring(encode(phone.lines))
    put(folder / name(phone), text, after(phone.lines[-1]))


def dated_suffix(folder, phone, rng):
    found = pieces(phone.lines, rng, anywhere=False)
    days = [last.true.strftime("%Y%m%d") for _, last in found]
    if len(set(days)) < len(days):
        return whole(folder, phone)
    for number, (content, last) in enumerate(found):
        suffix = f"-{days[number]}" if number < len(found) - 1 else ""
        put(folder / name(phone, suffix), content, after(last))


def downloaded_twice(folder, phone, rng):
    """The browser names the second download `(1)`: the same log, or what it had grown to."""
    lines = phone.lines[: rng.randrange(len(phone.lines) // 2, len(phone.lines)) + 1]
    whole(folder, phone, lines=lines)
    put(folder / f"{phone.mac.lower()}-app (1).log", encode(phone.lines), after(phone.lines[-1]))


def backup(folder, phone, rng):
    """The logs, and beside them a backup from before the last rotation."""
    found = pieces(phone.lines, rng, anywhere=False)
    for number, (content, last) in enumerate(reversed(found)):
        put(folder / "now" / name(phone, f".{number}" if number else ""), content, after(last))
    for number, (content, last) in enumerate(reversed(found[:-1])):
        put(folder / "backup" / name(phone, f".{number}" if number else ""), content, after(last))


def directory(folder, phone, rng):
    """A directory named like the log, a file for each upload named by its time or number."""
    stamped = rng.random() < 0.5
    for number, (content, last) in enumerate(pieces(phone.lines, rng, anywhere=rng.random() < 0.5, most=12)):
        file = f"{last.true:%Y%m%d-%H%M%S}-{number:02}.log" if stamped else f"{number + 1}.log"
        put(folder / name(phone) / file, content, after(last))


def empty_current(folder, phone, rng):
    whole(folder, phone, suffix=".1")
    put(folder / name(phone), b"", after(phone.lines[-1]) + timedelta(seconds=9))


def oldest_lost(folder, phone, rng):
    """The log begins at a byte within a line that is no known message."""
    starts = [i for i, line in enumerate(phone.lines) if line.kind is None and line.own and 0 < i < len(phone.lines) - 3
              and phone.lines[i + 1].boot == line.boot]
    first = rng.choice(starts)
    content = encode(phone.lines[first:])
    put(folder / name(phone), content[rng.randrange(1, 24):], after(phone.lines[-1]))
    return {phone.mac: phone.lines[first + 1 :]}


def newest_lost(folder, phone, rng):
    """The upload broke off within a line that is no known message."""
    ends = [i for i, line in enumerate(phone.lines) if line.kind is None and i > 5
            and phone.lines[i - 1].boot == line.boot]
    last = rng.choice(ends)
    content = encode(phone.lines[: last + 1])
    put(folder / name(phone), content[: -rng.randrange(1, 8)], after(phone.lines[last]))
    return {phone.mac: phone.lines[: last + 1]}


def rotated_away(folder, phone, rng):
    """The oldest rotated logs are gone."""
    found = pieces(phone.lines, rng, anywhere=False, most=5)
    keep = found[-rng.randrange(1, len(found) + 1):]
    for number, (content, last) in enumerate(reversed(keep)):
        put(folder / name(phone, f".{number}" if number else ""), content, after(last))
    return {phone.mac: phone.lines[len(phone.lines) - sum(content.count(b"\n") for content, _ in keep):]}


def zipped(folder, phone, rng):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (content, last) in enumerate(reversed(pieces(phone.lines, rng, anywhere=True))):
            time = max(after(last), datetime(1980, 1, 1)).timetuple()[:6]
            archive.writestr(zipfile.ZipInfo("logs/" + name(phone, f".{number}" if number else ""), time), content)
    put(folder / "logs.zip", inner.getvalue(), COPIED)


def tarred(folder, phone, rng):
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        for number, (content, last) in enumerate(reversed(pieces(phone.lines, rng, anywhere=True))):
            member = tarfile.TarInfo("logs/" + name(phone, f".{number}" if number else ""))
            member.size, member.mtime = len(content), int(after(last).replace(tzinfo=timezone.utc).timestamp())
            archive.addfile(member, io.BytesIO(content))
    put(folder / "logs.tar.gz", gzip.compress(inner.getvalue(), mtime=0), COPIED)


def syslog(folder, phones, rng, before):
    """One file of a syslog server, the phones' lines as they came. Its name tells no phone."""
    sent = []
    for number, phone in enumerate(phones):
        for order, line in enumerate(phone.lines):
            sent.append((line.true, number, order, f"<131>{line.true:%b} {line.true.day:2} {line.true:%H:%M:%S} "
                         f"192.0.2.{number + 7} {before(phone)}{line.text}\n"))
    text = "".join(entry[3] for entry in sorted(sent))
    put(folder / SHARED, text.encode(), max(phone.lines[-1].true for phone in phones) + timedelta(seconds=2))


def syslog_sender(folder, phones, rng):
    syslog(folder, phones, rng, lambda phone: "")


def syslog_mac(folder, phones, rng):
    mark = rng.choice([" ", "|", ": "])
    syslog(folder, phones, rng, lambda phone: phone.mac.lower() + mark)


def joined(folder, phones, rng):
    """What `tail` gives of several logs."""
    parts = [f"==> {name(phone)} <==\n".encode() + encode(phone.lines) for phone in phones]
    put(folder / SHARED, b"\n".join(parts), max(phone.lines[-1].true for phone in phones) + timedelta(seconds=2))


def grep(folder, phones, rng):
    """What `grep` gives of rotated logs: the newest one first, as a shell sorts names, with `-` behind names in context
    lines."""
    text = []
    for phone in phones:
        for number, (content, _) in enumerate(reversed(pieces(phone.lines, rng, anywhere=False))):
            file = name(phone, f".{number}" if number else "")
            text += [f"{file}{rng.choice(':-')}{line}\n" for line in content.decode().splitlines()]
    put(folder / SHARED, "".join(text).encode(), max(phone.lines[-1].true for phone in phones) + timedelta(seconds=2))


OF_ONE = [one, one_crlf, rotated, rotated_anywhere, rotated_packed, rotated_copied, rotated_anywhere_copied,
          rotated_without_times, one_copied, earlier_upload, excerpt, excerpt_undated, crlf_copy, overlap, doubled, quoted,
          wrapped, mail, dated_suffix, downloaded_twice, backup, directory, empty_current, oldest_lost, newest_lost, rotated_away, zipped, tarred]
OF_SEVERAL = [syslog_sender, syslog_mac, joined, grep]
DELIVERIES = {function.__name__.replace("_", "-"): function for function in OF_ONE + OF_SEVERAL}
SEVERAL = {function.__name__.replace("_", "-") for function in OF_SEVERAL}
# Where modification times tell nothing, the newest line must be of the last months for its year to be known.
COPIES = {"rotated-copied", "rotated-anywhere-copied", "rotated-without-times", "one-copied"}


def deliver(kind: str, folder: Path, phones: list, rng: Random):
    """Writes the files; returns each phone's lines that can be seen in them."""
    if kind in SEVERAL:
        DELIVERIES[kind](folder, phones, rng)
        return {phone.mac: phone.lines for phone in phones}
    seen = DELIVERIES[kind](folder, phones[0], rng)
    return seen or {phones[0].mac: phones[0].lines}
