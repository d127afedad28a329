"""A phone as a state machine: what it holds in its slots, and the lines it writes while things happen to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

PLATFORM = ["platform-1", "platform-2"]
APPLICATION = [f"application-{number}" for number in range(1, 7)]
FAKE = datetime(2001, 1, 1)
DIGEST = {16: "MD5", 20: "SHA1", 32: "SHA256"}
MODELS = [
    # name in the log, assembly, versions that suit it
    ("VVX 500", "3111-44500-001", ["5.9.5.0614", "5.5.2.11338", "4.1.7.1210", "4.1.6.4835", "4.0.11.0583"]),
    ("VVX 400", "3111-46157-002", ["5.8.1.7389", "5.4.0.10182", "4.1.7.1210", "4.1.4.7430"]),
    ("VVX 101", "3111-40250-001", ["5.4.0.10182", "5.5.1.11526", "5.3.0.12074"]),
    ("VVX 301", "3111-48300-001", ["5.4.1.16343", "5.4.0.10182", "5.9.5.0614"]),
    ("VVX 411", "3111-48450-001", ["5.9.5.0614", "5.4.1.16343", "5.4.0.10182"]),
    ("VVX 250", "3111-48820-001", ["6.3.1.8427", "5.8.1.7389"]),
    ("SoundPoint IP 335", "2345-12375-001", ["4.0.10.0689", "4.0.8.1608", "4.0.7.2514", "3.3.5.0247"]),
    ("SoundPoint IP 550", "2345-12500-001", ["4.0.14.1580", "4.0.8.1608", "4.0.4.2906"]),
    ("SoundPoint IP 650", "2345-12600-001", ["4.0.9.1234", "4.0.8.1608", "4.0.7.2514", "3.2.6.0314"]),
    ("SoundStation IP 6000", "3111-15600-001", ["4.0.9.1234", "4.0.8.1608", "4.0.3.7562"]),
    ("Trio 8500", "3111-66700-001", ["5.9.1.11135", "7.2.0.1018"]),
]
# Component, level, text. None of them is a known message.
NOISE = [
    ("so", "3", "soCoreAudioTermChg: chassis -> idle"), ("sip", "*", "Sip Register Usr:4411 Dsp:Desk"),
    ("cfg", "4", "Prm|Parameter dialplan.digitmap.count requested type 2 but is of type 0"),
    ("copy", "3", "'http://192.0.2.10/{hex}-directory.xml' from '192.0.2.10'"),
    ("copy", "4", "Download of 'http://192.0.2.10/SoundPointIPWelcome.wav' FAILED on attempt 1 (addr 1 of 1)"),
    ("cfg", "4", "Prov|Configuration file phone-{hex}.cfg is the same"), ("tls", "3", "session {n} resumed"),
    ("net", "3", "Ethernet link is up, 1000 full duplex"), ("lldp", "4", "Ignoring corrupt LLDP packet {n}."),
    ("ares", "4", "ares_query no answer for _sip._udp.example.com"), ("wmgr", "3", "window {n} lost focus"),
    ("rtp", "3", "stream {n} ended, 0 lost of {n}600"), ("app1", "4", "CallMgr: line {n} offered, ptime 20|{hex}"),
    ("sip", "4", "Registration failed User: 2{n}3, Error Code:480 Temporarily not available"),
    ("AuthS", "2", "token {hex} is kept"), ("dectU", "3", "no base in range, scan {n}"),
    ("hw", "3", "handset uart length {n} is within maximum 64"), ("utilm", "3", "thread {n} started"),
    ("pps", "4", "push request from 192.0.2.31 with certificate of 1204 bytes was accepted"),
    ("curl", "3", "reuse of connection to prov.example.com, key length 256"),
    ("dot1x", "4", "Could not store certificate list, length 12 is bigger than maximum 10"),
    ("log", "4", "UtilLogServerC::uploadFifoLog: upload done. protocol 0 result = 1"),
    ("so", "4", "[SoNcasC] message {n} arrived late by {n}21 ms"), ("res", "3", "font {n} of 9 is there"),
    ("http", "4", "Digest credential invalid: nonce is not proper"), ("dns", "3", "Größe {n} µs, übersprungen"),
]


@dataclass
class Line:
    """A line as written, and what is true of it.

    `mode` says what the stamp is: seconds since boot ("uptime"), the real time ("date"), a default of a
    clock that is not set ("fake"), or a wrong date before the clock was set ("bogus"). `shown` is the stamp.
    """

    text: str
    true: datetime
    boot: int
    mode: str
    shown: object
    own: bool = True
    missed: int = 0
    kind: str | None = None
    facts: dict = field(default_factory=dict)


class Phone:
    """Writes `lines` as its life goes on. All chance comes from `rng`."""

    calm = False  # True: no lines of other processes, which stamp by uptime among dated lines

    def __init__(self, rng: Random, mac: str, start: datetime, model=None, software=None):
        self.rng, self.mac, self.now = rng, mac, start.replace(microsecond=0)
        self.model, self.assembly, versions = model or rng.choice(MODELS)
        self.software = software or rng.choice(versions)
        self.lines: list[Line] = []
        self.boots, self.missed, self.tls_level, self.mode = -1, 0, 3, "uptime"
        self.digest_bytes = rng.choice([16, 16, 16, 20, 32])
        self.built_in = {"fingerprint": self.fingerprint(), "common_name": mac, "length": 802, "key": 636}
        self.slots = {slot: {} for slot in PLATFORM + APPLICATION}
        self.lists_applications = rng.random() < 0.3
        self.old_style = self.software < "4.1" and rng.random() < 0.7
        self.codename = rng.choice(["", "", "Codename ", "Rockford "])
        self.others = 0.0 if self.calm else rng.choice([0, 0, 0.03, 0.06])
        self.disorder = 0.0 if self.calm else rng.choice([0, 0, 0, 0.03])
        self.offset = timedelta()
        self.booted = self.now

    # -- what it is made of

    def fingerprint(self, size=None):
        return ":".join(f"{self.rng.randrange(256):02X}" for _ in range(size or self.digest_bytes))

    def certificate(self):
        """A new certificate and its key, as they go into a slot."""
        number = self.rng.randrange(10_000)
        name = self.rng.choice([f"Custom-{self.mac}", f"phone{number}.example.com", self.mac, "Example Phones, Inc."])
        return {"fingerprint": self.fingerprint(), "common_name": name,
                "length": self.rng.randrange(700, 4000), "key": self.rng.randrange(600, 2500)}

    # -- time and lines

    def uptime(self):
        return (self.now - self.booted).total_seconds()

    def write(self, component, level, text, kind=None, own=True, **facts):
        shown, mode = self.now + self.offset, self.mode if own else "uptime"
        if mode == "uptime":
            shown = round(self.uptime(), 3)
            whole = int(shown)
            stamp = f"{whole // 3600:02}{whole // 60 % 60:02}{whole % 60:02}.{round(shown * 1000) % 1000:03}"
        else:
            if mode == "fake":
                shown = FAKE + timedelta(seconds=int(self.uptime() - self.fake_since) + 2)
            stamp = shown.strftime("%m%d%H%M%S")
        text = f"{stamp}|{component:<5}|{level}|{self.missed:02}|{text}"
        self.lines.append(Line(text, self.now, self.boots, mode, shown, own, self.missed, kind, facts))

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    def tick(self):
        """A moment between two lines of the start."""
        if self.mode == "uptime":
            self.wait(self.rng.randrange(1, 40) / 1000)

    def noise(self, count=1, low=1, high=240):
        for _ in range(count):
            if self.mode == "uptime" and self.uptime() < 60:
                self.tick()
            else:
                self.wait(self.rng.randrange(low, high))
            component, level, text = self.rng.choice(NOISE)
            self.write(component, level, text.format(n=self.rng.randrange(1, 9), hex=f"{self.rng.randrange(65536):04x}"))
            if self.mode == "date" and self.rng.random() < self.others:
                component = self.rng.choice(["em", "pgui", "AuthS"])
                self.write(component, "3", f"state {self.rng.randrange(99)} kept", own=False)
            if self.mode in ("date", "uptime") and self.uptime() > 20 and self.rng.random() < self.disorder:
                self.now -= timedelta(seconds=1)
                self.write("so", "3", f"task {self.rng.randrange(9)} came late")
                self.now += timedelta(seconds=1)
                self.lines[-1].own = False

    def pass_time(self, seconds, lines=6):
        """So many seconds with some lines in them; at the end one that shows that the phone still writes."""
        end = self.now + timedelta(seconds=seconds)
        moments = sorted(self.rng.randrange(1, max(2, int(seconds))) for _ in range(lines))
        start = self.now
        for moment in moments:
            self.now = start + timedelta(seconds=moment)
            self.noise(1, 0, 1)
        self.now = end
        self.noise(1, 0, 1)

    # -- a boot

    def boot(self, clock="ok", banner=True, early=None, inventory=True, down=None):
        """`clock`: ok, failed (default dates), silent (the same, no word of it), none (uptime for good), bogus, month."""
        if self.boots >= 0:
            self.wait(down or self.rng.randrange(20, 90))
        self.now = self.now.replace(microsecond=0)
        self.boots += 1
        self.booted, self.mode, self.missed, self.offset = self.now, "uptime", 0, timedelta()
        self.wait(self.rng.randrange(5000, 9000) / 1000)
        if early or (early is None and self.rng.random() < 0.3):
            self.noise(self.rng.randrange(1, 4))
        self.wait(self.rng.randrange(200, 6000) / 1000)
        if banner:
            self.write("log", "*", "---------- Initial log entry ----------", "log_start")
        level = "4" if self.old_style else "*"
        def say(component, text, kind=None, level=level, **facts):
            self.tick()
            self.write(component, level, text, kind, **facts)
        say("so", f"Platform: Model={self.model}, Assembly={self.assembly} Rev=A Region=0", "platform", model=self.model)
        if self.old_style:
            say("so", f"Platform: MAC={self.mac.lower()}, IP=Resolving, Subnet Mask=255.255.255.0")
            say("so", "Platform: BootBlock=2.8.1 (30900-001) 10-Dec-09 12:51")
        else:
            say("so", f"Platform: Interface eth0 MAC={self.mac.lower()}")
            say("so", f"Platform: Updater={self.software} 18-Sep-17 23:27")
        say("so", f"Application, main: Label=SIP, Version={self.codename}{self.software} 18-Sep-17 23:27", "software",
            version=self.software)
        say("so", "Application, main: P/N=3150-11530-552")
        self.noise(self.rng.randrange(0, 4))
        say("tls", f"Initial log entry. Current logging level {self.tls_level}", level="*")
        if inventory and self.tls_level <= 3:
            self.inventory()
        self.noise(self.rng.randrange(1, 4))
        if clock in ("failed", "none"):
            self.tick()
            self.write("copy", "4", "Could not load time from ntp.example.com(192.0.2.123).", "clock_failed")
        if clock in ("failed", "silent"):
            self.wait(1)
            self.now = self.now.replace(microsecond=0)
            self.mode, self.fake_since = "fake", self.uptime()
            if self.rng.random() < 0.4:
                self.mode, saved = "bogus", self.mode
                self.write("so", "4", "Ticks start")
                self.lines[-1].text = "0100000000" + self.lines[-1].text[10:]
                self.lines[-1].mode = "fake"
                self.lines[-1].shown = FAKE
                self.mode = saved
            self.noise(2, 1, 30)
        elif clock in ("bogus", "month"):
            self.wait(1)
            self.now = self.now.replace(microsecond=0)
            wrong = FAKE if clock == "bogus" else self.now - timedelta(days=self.rng.randrange(40, 150))
            self.mode, self.offset = "bogus", wrong - self.now
            self.noise(1, 0, 1)
            self.set_clock()
        elif clock == "ok":
            self.set_clock()

    def set_clock(self):
        self.wait(self.rng.randrange(1, 4))
        self.now = self.now.replace(microsecond=0)
        self.mode, self.offset = "date", timedelta()
        self.write("so", "3", "Time is set")

    def shutdown(self):
        self.wait(self.rng.randrange(2, 30))
        self.write("log", "*", "---------- Final log entry ----------", "log_end")
        if self.mode == "date" and self.rng.random() < 5 * self.others:
            self.wait(1)
            self.write("pgui", "3", "window closed", own=False)

    # -- the inventory

    def inventory(self):
        size = self.digest_bytes
        def say(text, **facts):
            self.tick()
            self.write("tls", "3", text, "inventory", **facts)
        def certificate(label, name, held):
            if not held.get("fingerprint"):
                say(f"{label} is not available", slot=name)
                return
            say(f"{label} length {held['length']}", slot=name, length=held["length"])
            say(f"{label} {DIGEST[size]} fingerprint: {held['fingerprint']}", slot=name, fingerprint=held["fingerprint"])
            say(f"{label} common name \"{held['common_name']}\"", slot=name, common_name=held["common_name"])
        certificate("Polycom device certificate", "built-in", self.built_in)
        if self.built_in.get("key"):
            say(f"Polycom device key length {self.built_in['key']}", slot="built-in", key=self.built_in["key"])
        for slot in PLATFORM + (APPLICATION if self.lists_applications else []):
            family, number = slot.split("-")
            certificate(f"Custom {family} device certificate {number}", slot, self.slots[slot])
            if self.slots[slot].get("key"):
                key = self.slots[slot]["key"]
                say(f"Custom {family} device key {number} length {key}", slot=slot, key=key)

    # -- what can happen to it

    def save(self, slot, kept=True, with_key=True, certificate=None):
        """Installs a certificate; without `kept` the next boot finds what was there before."""
        new, old = certificate or self.certificate(), self.slots[slot]
        family, number = slot.split("-")
        self.write("tls", "*", f"Saving new Custom {family} device certificate {number}", "save", slot=slot,
                   fingerprint=new["fingerprint"], common_name=new["common_name"])
        self.write("tls", "*", f"New Certificate Common Name '{new['common_name']}' Fingerprint '{new['fingerprint']}'",
                   "new")
        if old.get("fingerprint"):
            text = f"Previous Certificate Common Name '{old['common_name']}' Fingerprint '{old['fingerprint']}'"
        else:
            text = "No previous certificate stored"
        self.write("tls", "*", text, "previous")
        if kept:
            self.slots[slot] = dict(new, key=new["key"] if with_key else old.get("key"))
        return new

    def refuse_key(self, slot):
        self.write("hw", "4", f"hwDescSecurityDeviceCredentialsStore: Could not store key for custom device key{slot[-1]}, "
                   f"length {self.rng.randrange(4097, 9000)} is bigger than maximum 4096", "INS001", slot=slot)

    def refuse_certificate(self, slot):
        self.write("hw", "4", f"hwDescSecurityDeviceCredentialsStore: Could not store cert for custom device cert{slot[-1]}, "
                   f"length {self.rng.randrange(8193, 20000)} is bigger than maximum 8192", "INS002", slot=slot)

    def refuse_improper(self):
        self.write("tls", "4", "Device credential invalid: Cert is not proper in the certificate", "INS002", slot=None)

    def refuse_chain(self):
        self.write("hw", "4", "hwDescSecurityDeviceCredentialsStoreAscii: Could not decode cert chain, results 0", "INS003",
                   slot=None)

    def distrust(self, after=0):
        """A server's certificate is not trusted; the errors of the connection come `after` seconds."""
        reason = self.rng.choice([", Untrusted Certificate", ", Untrusted Cetificate", ""])
        self.write("sip", "4", "Server certificate verification failed" + reason, "TLS001")
        self.wait(after)
        self.fail_connection()

    def fail_connection(self):
        self.write("sip", "4", "MakeTlsConnection: SSL_connect error 1", "tls_error")
        self.write("sip", "4", "MakeTlsConnection: connection failed error -1", "tls_error")

    def fail_upload(self):
        if self.rng.random() < 0.3:
            self.write("copy", "4", "Could not set the custom header Content-Range for HTTP/s request. "
                       "Head request failed to get content-length of server file.")
            self.wait(self.rng.randrange(1, 161))
        self.write("log", "4", "UtilLogServerC::uploadFifoLog: upload error. protocol 0 result = "
                   + self.rng.choice(["0", "17", "-1"]), "LOG004")
        if self.rng.random() < 0.4:
            self.write("log", "4", f"Skipped uploading of failed log file {self.mac.lower()}-app.log", "skipped")

    def sign_in(self, exists):
        expired = 1 - exists if self.rng.random() < 0.7 else 0
        for text, kind in [(f"m_validUntil [{0 if not exists else 1700000000}]", None), ("m_validityDuration [0]", None),
                           (f"m_bCertExists [{exists}]", "TLS003"), (f"m_bCertExpired [{expired}]", None),
                           (f"m_eErrorCode [{1 - exists}]", None)]:
            self.write("tickt", "*", text, kind, exists=exists)

    def load_ca(self, fingerprint):
        self.tick()
        self.write("so", "4", f"New fingerprint {fingerprint}", "ca", fingerprint=fingerprint)
        self.tick()
        self.write("so", "4", f"Custom certificate MD5 fingerprint: {fingerprint}", "ca", fingerprint=fingerprint)

    def not_applied(self):
        self.write("cfg", "4", "Prov|Trying to boot from existing configuration")
        self.write("cfg", "4", "Prov|Not setting device parameters since configuration was not updated.")
