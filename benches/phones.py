"""Logs of invented phones, as phones write them: a boot with its inventory, then messages of other
components, and now and then a failure. The same number is always the same phone."""

import bisect
import hashlib
import random
from array import array

ERRORS = {"INS001", "TLS001", "INV001"}

KEY_TOO_LARGE = (b"%s|hw   |4|%s|hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key1, "
                 b"length 4677 is bigger than maximum 4096\n")
UNTRUSTED = (b"%s|sip  |4|%s|Server certificate verification failed, Untrusted Certificate\n"
             b"%s|sip  |4|%s|MakeTlsConnection: SSL_connect error 1\n")
FINAL = b"%s|log  |*|%s|---------- Final log entry ----------\n"

BOOT = """\
000003.104|cfg  |3|00|Prm|Parameter lcl.ml.lang requested type 2 but is of type 1
000005.871|log  |*|00|---------- Initial log entry ----------
000005.872|so   |*|00|Platform: Model=VVX 500, Assembly=3111-44500-001 Rev=A Region=0
000005.873|so   |*|00|Platform: Interface eth0 MAC={lower}
000005.874|so   |*|00|Platform: Updater=5.5.2.11338 18-Sep-17 23:27
000005.875|so   |*|00|Application, main: Label=SIP, Version=Codename 5.5.2.11338 18-Sep-17 23:27
000005.876|so   |*|00|Application, main: P/N=3150-11530-552
000005.880|tls  |*|00|Initial log entry. Current logging level 3
{built_in}\
000005.944|tls  |3|00|Custom platform device certificate 1 is not available
000005.952|tls  |3|00|Custom platform device certificate 2 is not available
000009.310|net  |3|00|eth0 link up, 1000 Mbps full duplex
"""
BUILT_IN = """\
000005.930|tls  |3|00|Polycom device certificate length 802
000005.932|tls  |3|00|Polycom device certificate MD5 fingerprint: {fingerprint}
000005.932|tls  |3|00|Polycom device certificate common name "{upper}"
000005.934|tls  |3|00|Polycom device key length 636
"""
NO_BUILT_IN = "000005.930|tls  |3|00|Polycom device certificate is not available\n"

NAMES = ["2001", "4105", "reception", "lobby", "conf-a", "warehouse"]
HOSTS = ["prov.example.com", "sip.example.net", "pool.example.org", "192.0.2.20"]
# Component, level, text; `{n}` is replaced by a number, `{h}` by a host, `{u}` by a user.
NOISE = [
    ("sip", "4", "Registration failed User: {u}, Error Code:480 Temporarily not available"),
    ("sip", "3", "SipStartTransaction:: REGISTER sip:{h}:5061 cseq {n}"),
    ("sip", "2", "CUser::Register User {u} expires {n}, server {h}"),
    ("sip", "4", "CStkCall({n}): no media, RTCP timeout after {n} ms"),
    ("cfg", "4", "Prov|Download of master configuration file failed"),
    ("cfg", "3", "Prm|Parameter voIpProt.SIP.use486forReject requested type 3 but is of type {n}"),
    ("copy", "3", "Upload of '{n}-phone.cfg' succeeded, length {n}"),
    ("copy", "4", "Server '{h}' said 'lang/VVXLocalization/German_Germany.xml' is not present"),
    ("so", "4", "[SoNcasC]: SoPstHold on timeout {n} ms"),
    ("so", "3", "SoVvC::evKey key {n} released"),
    ("pps", "3", "PPS: Power source PoE, budget {n} mW, class 3"),
    ("net", "3", "eth0 link up, 100 Mbps full duplex, {n} errors"),
    ("lldp", "3", "LLDP-MED policy: VLAN {n}, priority 5, DSCP 46"),
    ("dns", "3", "doDnsSrvLookupForARecordList('{h}') returned 2 records, TTL {n}"),
    ("sntp", "2", "SNTP|next poll of {h} in {n} s"),
    ("app1", "3", "UICallWidget: call {n} state Ringing"),
    ("app1", "4", "[XmlBrowser] page idle took {n} ms, {n}|{n} nodes"),
    ("httpd", "3", "Web request GET /home.htm from 192.0.2.9, session {n}"),
    ("rtos", "4", "Task tSip{n} stack high water {n} of 16384 bytes used at the busiest moment since the start"),
    ("utilm", "3", "Free memory {n} kB, largest block {n} kB, sampled over the last {n} seconds"),
    ("AuthS", "3", "AuthSvc: token refresh in {n} s"),
    ("ldap", "3", "Corporate directory bound, {n} entries"),
    ("tls", "2", "Session cache holds {n} entries"),
    ("hw", "2", "Flash sector {n} written"),
    ("log", "2", "UtilLogServerC::uploadFifoLog: upload ok. protocol 2 result = 1"),
]


def mac(number):
    """The phone's address, 12 upper-case hex digits."""
    return "0004F2%06X" % (number * 0x9E37 + 0x1234 & 0xFFFFFF)


def name(number):
    """The name of the phone's log."""
    return mac(number).lower() + "-app.log"


def fingerprint(number):
    """The fingerprint of its built-in certificate."""
    return ":".join("%02X" % byte for byte in hashlib.md5(mac(number).encode()).digest())


def error(number):
    """The code of the error that this phone's log shows, or None."""
    if number % 50 == 7:
        return "INS001"
    if number % 100 == 13:
        return "TLS001"
    if number % 100 == 63:
        return "INV001"
    return None


def boot(number):
    """The first lines of a boot, up to the end of the inventory."""
    built_in = NO_BUILT_IN if error(number) == "INV001" else BUILT_IN
    upper = mac(number)
    built_in = built_in.format(fingerprint=fingerprint(number), upper=upper)
    return BOOT.format(lower=upper.lower(), built_in=built_in).encode()


class Noise:
    """A long text of messages without meaning for certificates, with ascending dates."""

    def __init__(self, seed, size, days, missed=b"00", first_day="0402"):
        chosen = random.Random(seed)
        texts = [self._text(chosen, missed.decode()) for _ in range(2000)]
        lines, length = [], 0
        while length < size:
            lines.append(chosen.choice(texts))
            length += len(lines[-1]) + 10
        # Phones write in bursts, with pauses between.
        gaps = [chosen.choice((0, 0, 0, 0, 0, 1, 1, 40)) for _ in lines]
        scale = (days * 86_400 - 1) / max(1, sum(gaps))
        self.missed, self.starts, at, second = missed, array("Q"), 0, 0
        stamped = []
        for gap, text in zip(gaps, lines):
            second += gap
            stamped.append(self._stamp(first_day, int(second * scale)) + text)
            self.starts.append(at)
            at += len(stamped[-1])
        self.bytes = b"".join(stamped)
        self.view = memoryview(self.bytes)

    @staticmethod
    def _text(chosen, missed):
        component, level, text = chosen.choice(NOISE)
        while "{n}" in text:
            text = text.replace("{n}", str(chosen.randrange(1, 10 ** chosen.randint(1, 5))), 1)
        text = text.replace("{h}", chosen.choice(HOSTS)).replace("{u}", chosen.choice(NAMES))
        return ("|%-5s|%s|%s|%s\n" % (component, level, missed, text)).encode()

    @staticmethod
    def _stamp(first_day, second):
        day, second = divmod(second, 86_400)
        return b"%s%02d%02d%02d%02d" % (first_day[:2].encode(), int(first_day[2:]) + day,
                                        second // 3600, second // 60 % 60, second % 60)

    def cut(self, chosen, size):
        """Chooses consecutive lines of `size` bytes or slightly less: the first, and the one after the last."""
        first = chosen.randrange(self.line_at(len(self.bytes) - size) + 1)
        return first, self.line_at(self.starts[first] + size)

    def line_at(self, offset):
        """The line that contains the byte at this offset."""
        return bisect.bisect_right(self.starts, offset) - 1

    def lines(self, first, end):
        """The text of these lines."""
        return self.view[self.starts[first]:self.starts[end]]

    def stamp(self, line):
        """The stamp of this line."""
        return self.bytes[self.starts[line]:self.starts[line] + 10]


def log(number, size, noise, part=(0, 1)):
    """One phone's log of exactly `size` bytes, as a list of pieces. A log of more than 20,000 bytes has two boots.
    `part`: the index of the log among the phone's logs, oldest first, and their number."""
    begin = boot(number)
    boots = 2 if size > 20_000 else 1
    # The rest is for the failure and the last line.
    room = size - boots * len(begin) - 400
    first, end = noise.cut(random.Random(number), part[1] * room)
    if part[1] > 1:
        begins = [noise.line_at(noise.starts[first] + at * room) for at in range(part[1] + 1)]
        first, end = begins[part[0]], begins[part[0] + 1]
    if boots == 2:
        middle = (first + end) // 2
        parts = [begin, noise.lines(first, middle), FINAL % (noise.stamp(middle), noise.missed),
                 begin, noise.lines(middle, end)]
    else:
        parts = [begin, noise.lines(first, end)]
    stamp = noise.stamp(end - 1)
    if part[0] + 1 == part[1]:
        parts.append(failure(number, stamp, noise.missed))
    parts.append(filler(stamp, noise.missed, size - sum(map(len, parts))))
    return parts


def failure(number, stamp, missed):
    """The lines that show the phone's error, if it is one that happens after the boot."""
    code = error(number)
    if code == "INS001":
        return KEY_TOO_LARGE % (stamp, missed)
    if code == "TLS001":
        return UNTRUSTED % (stamp, missed, stamp, missed)
    return b""


def filler(stamp, missed, size):
    """Lines of exactly `size` bytes together, so that a log has exactly the size it should have."""
    lines = []
    while size > 400:
        lines.append(_filler_line(stamp, missed, 200))
        size -= 200
    return b"".join(lines) + _filler_line(stamp, missed, size)


def _filler_line(stamp, missed, size):
    line = b"%s|so   |2|%s|idle " % (stamp, missed)
    return line + b"." * (size - len(line) - 1) + b"\n"
