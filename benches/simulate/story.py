"""What happens to a phone, by kind of story. Each function takes a phone that has not booted yet."""

from datetime import datetime, timedelta

from phone import APPLICATION, MODELS, PLATFORM


def live(phone, hours=None, lines=None):
    """Hours of everyday life."""
    hours = hours or phone.rng.choice([0.2, 1, 3, 12])
    phone.pass_time(int(hours * 3600), lines or phone.rng.randrange(4, 14))


def reboot(phone, **boot):
    if phone.rng.random() < 0.6:
        phone.shutdown()
    phone.boot(**boot)


def fill(phone, chance=0.4):
    """Slots that were filled before the log begins."""
    for slot in PLATFORM:
        if phone.rng.random() < chance:
            phone.slots[slot] = phone.certificate()


def healthy(phone):
    fill(phone)
    for number in range(phone.rng.randrange(1, 5)):
        phone.boot() if number == 0 else reboot(phone)
        live(phone)


def installs(phone):
    fill(phone)
    phone.boot()
    for _ in range(phone.rng.randrange(1, 4)):
        live(phone)
        phone.save(phone.rng.choice(PLATFORM + APPLICATION))
        live(phone, 0.2)
        if phone.rng.random() < 0.6:
            reboot(phone)
    live(phone)


def lost(phone):
    """An installation that the next boot does not show; perhaps a later one that it does."""
    fill(phone)
    slot = phone.rng.choice(PLATFORM)
    phone.boot()
    live(phone)
    new = phone.save(slot, kept=False)
    live(phone, 0.1)
    reboot(phone)
    live(phone)
    ending = phone.rng.randrange(4)
    if ending == 1:
        phone.save(slot, certificate=new if phone.rng.random() < 0.5 else None)
        live(phone, 0.1)
        reboot(phone)
    elif ending == 2:
        phone.slots[slot] = new
        reboot(phone)
    elif ending == 3:
        phone.save(slot, kept=False)
        live(phone, 0.1)
        reboot(phone)
    live(phone, 0.2)


def mend(phone, slot, other=None):
    """What may follow a refusal: nothing, the same again, a save in the same pass or later, a new inventory."""
    other = other or (PLATFORM[1] if slot == PLATFORM[0] else PLATFORM[0])
    ending = phone.rng.randrange(9)
    if ending == 1:
        reboot(phone)
    elif ending == 2:
        phone.wait(phone.rng.choice([5, 30, 59, 60, 61, 75, 300]))
        phone.save(slot)
    elif ending == 3:
        phone.wait(phone.rng.choice([5, 30, 59, 60, 61, 75, 300]))
        phone.save(other)
        live(phone, 0.2)
        reboot(phone)
    elif ending == 4:
        live(phone, 0.2)
        phone.slots[slot] = phone.certificate()
        reboot(phone)
    elif ending == 5:
        live(phone, 0.2)
        phone.save(slot, with_key=False)
        live(phone, 0.2)
        reboot(phone)
    elif ending == 6:
        live(phone, 0.3)
        phone.save(slot)
        live(phone, 0.2)
        reboot(phone)
    elif ending == 7 and not phone.slots[slot].get("key"):
        phone.save(slot, with_key=False)
        live(phone, 0.2)
        reboot(phone)
    live(phone, 0.3)


def refused(phone, refuse):
    fill(phone)
    phone.boot()
    live(phone, 0.5)
    for _ in range(phone.rng.randrange(1, 3)):
        refuse(phone)
        live(phone, phone.rng.choice([0.05, 0.5, 2]))
        if phone.rng.random() < 0.2:
            reboot(phone)
            live(phone, 0.1)
    refuse(phone)


def key_refused(phone):
    slot = phone.rng.choice(PLATFORM)
    refused(phone, lambda phone: phone.refuse_key(slot))
    mend(phone, slot)


def certificate_refused(phone):
    slot = phone.rng.choice(PLATFORM)
    refused(phone, lambda phone: phone.refuse_certificate(slot))
    mend(phone, slot)


def improper(phone):
    refused(phone, type(phone).refuse_improper)
    mend(phone, phone.rng.choice(PLATFORM), phone.rng.choice(APPLICATION))


def chain(phone):
    refused(phone, type(phone).refuse_chain)
    mend(phone, phone.rng.choice(PLATFORM), phone.rng.choice(APPLICATION))


def half(phone):
    fill(phone)
    slot = phone.rng.choice(PLATFORM)
    whole = phone.certificate()
    phone.slots[slot] = {"key": whole["key"]} if phone.rng.random() < 0.4 else dict(whole, key=None)
    phone.boot()
    live(phone)
    ending = phone.rng.randrange(4)
    if ending:
        phone.slots[slot] = [None, whole, {}, phone.slots[slot]][ending]
        reboot(phone)
        live(phone)


def built_in(phone):
    fill(phone, 0.2)
    good = dict(phone.built_in)
    kind = phone.rng.choice(["missing", "foreign", "changed"])
    bad = {"missing": {}, "changed": dict(good, fingerprint=phone.fingerprint()),
           "foreign": dict(good, common_name="64167F" + phone.mac[6:])}[kind]
    if kind == "changed":
        phone.boot()
        live(phone)
    phone.built_in = bad
    phone.boot() if phone.boots < 0 else reboot(phone)
    live(phone)
    if phone.rng.random() < 0.4:
        phone.built_in = good if kind != "changed" else bad
        reboot(phone)
        live(phone)


def failing(phone, fail):
    """A failure in some boots, perhaps a boot without it that was long or short."""
    fill(phone, 0.2)
    for number in range(phone.rng.randrange(1, 4)):
        phone.boot() if number == 0 else reboot(phone)
        live(phone, phone.rng.choice([0.05, 0.5, 3]), 4)
        for _ in range(phone.rng.randrange(1, 4)):
            fail(phone)
            live(phone, phone.rng.choice([0.02, 0.3]), 3)
    ending = phone.rng.randrange(4)
    if ending == 1:
        reboot(phone)
        live(phone, 20, 9)
    elif ending == 2:
        reboot(phone)
        phone.noise(2, 1, 5)
    elif ending == 3:
        reboot(phone)
        live(phone, phone.rng.choice([0.03, 0.04, 0.5]), 4)


def untrusted(phone):
    failing(phone, lambda phone: phone.distrust(phone.rng.choice([0, 0, 1])))


def tls_failed(phone):
    failing(phone, type(phone).fail_connection)


def second_server(phone):
    """A failure 3 s after a refusal belongs to it, one after 4 s does not."""
    fill(phone, 0.2)
    phone.boot()
    live(phone, 0.5)
    for _ in range(phone.rng.randrange(1, 3)):
        phone.distrust()
        phone.wait(phone.rng.choice([2, 3, 4, 5, 33]))
        phone.fail_connection()
        live(phone, 0.2)


def upload(phone):
    failing(phone, type(phone).fail_upload)


def clock_unset(phone):
    fill(phone)
    for number in range(phone.rng.randrange(1, 4)):
        clock = phone.rng.choice(["failed", "failed", "silent", "none"])
        phone.boot(clock=clock) if number == 0 else reboot(phone, clock=clock)
        if clock == "none":
            phone.pass_time(phone.rng.choice([300, 7200]), 6)
        else:
            phone.pass_time(phone.rng.choice([600, 7200, 100_000, 500_000]), phone.rng.randrange(4, 12))


def clock_late(phone):
    """A clock that is set late, or at the next boot only."""
    fill(phone)
    if phone.rng.random() < 0.5:
        phone.boot()
        live(phone)
        reboot(phone, clock=phone.rng.choice(["failed", "silent", "none"]))
    else:
        phone.boot(clock=phone.rng.choice(["failed", "silent", "none"]))
    phone.pass_time(phone.rng.choice([200, 4000, 90_000]), 5)
    if phone.rng.random() < 0.5:
        reboot(phone)
    else:
        phone.set_clock()
    live(phone)
    if phone.rng.random() < 0.5:
        phone.save(phone.rng.choice(PLATFORM))
        live(phone)


def clock_bogus(phone):
    fill(phone)
    phone.boot()
    live(phone)
    phone.refuse_key("platform-1")
    live(phone)
    reboot(phone, clock=phone.rng.choice(["bogus", "month"]))
    live(phone, 2)
    if phone.rng.random() < 0.5:
        phone.save("platform-1")
        live(phone, 2)


def without_banner(phone):
    fill(phone)
    phone.boot(banner=phone.rng.random() < 0.5)
    live(phone, 2)
    for _ in range(phone.rng.randrange(1, 4)):
        phone.boot(banner=False)
        live(phone, 2)


def reboot_loop(phone):
    """Boots of half a minute; the last ones show another state than the first."""
    phone.boot()
    live(phone, 1)
    slot = phone.rng.choice(PLATFORM)
    count = phone.rng.randrange(8, 40)
    change = phone.rng.randrange(count)
    for number in range(count):
        phone.boot(clock="late", down=phone.rng.randrange(5, 20))
        phone.noise(3)
        if number == change:
            phone.refuse_key(slot)
    phone.boot()
    live(phone)
    if phone.rng.random() < 0.5:
        phone.distrust()
        live(phone, 0.2)


def quiet(phone):
    """Logging at level 4 hides the inventory."""
    phone.tls_level = 4
    fill(phone)
    phone.boot()
    live(phone)
    if phone.rng.random() < 0.4:
        phone.save(phone.rng.choice(PLATFORM + APPLICATION))
        live(phone)
    if phone.rng.random() < 0.4:
        phone.tls_level = phone.rng.choice([3, 4])
        reboot(phone)
        live(phone)


def missed(phone):
    fill(phone)
    phone.boot()
    live(phone)
    phone.missed = phone.rng.randrange(1, 120)
    live(phone)
    if phone.rng.random() < 0.5:
        phone.missed += phone.rng.randrange(1, 30)
        live(phone)
        reboot(phone)
        live(phone)


def sign_in(phone):
    fill(phone)
    phone.boot()
    for exists in phone.rng.choice([[0], [0, 0], [1], [0, 1], [0, 0, 1], [1, 0]]):
        live(phone)
        phone.sign_in(exists)
    live(phone, 0.2)


def ca(phone):
    """SIP 3.2: a CA whose fingerprint is another at each boot, or stays."""
    phone.model, phone.assembly, phone.software, phone.old_style = "SoundPoint IP 331", "2345-12365-001", "3.2.6.0314", True
    phone.digest_bytes = 16
    phone.built_in["fingerprint"] = phone.fingerprint(16)
    steady = phone.fingerprint(16) if phone.rng.random() < 0.5 else None
    for number in range(phone.rng.choice([1, 2, 3, 4, 6])):
        phone.boot() if number == 0 else reboot(phone)
        phone.load_ca(steady or phone.fingerprint(16))
        live(phone, 1)


def not_applied(phone):
    fill(phone)
    phone.boot()
    live(phone)
    phone.refuse_chain()
    live(phone, 0.2)
    reboot(phone)
    phone.not_applied()
    live(phone)


def versions(phone):
    """Software that changes from boot to boot."""
    fill(phone)
    name, phone.assembly, known = phone.rng.choice(MODELS)
    phone.model = name
    for number, version in enumerate(phone.rng.sample(known, min(len(known), phone.rng.randrange(1, 4)))):
        phone.software = version
        phone.boot() if number == 0 else reboot(phone)
        live(phone)


def downgrade(phone):
    phone.model, phone.assembly = phone.rng.choice([("SoundPoint IP 650", "2345-12600-001"), ("SoundPoint IP 335", "2345-12375-001")])
    for number, version in enumerate(phone.rng.choice([["4.0.9.1234", "3.3.5.0247"], ["4.0.0.4000", "3.3.1.0769"],
                                                       ["4.0.14.1580", "4.0.1.1000"], ["3.3.5.0247", "3.2.6.0314"],
                                                       ["4.0.9.1234", "3.2.6.0314"]])):
        phone.software = version
        phone.boot() if number == 0 else reboot(phone)
        live(phone)


def years(phone):
    """Boots some months apart, over several years."""
    fill(phone)
    phone.boot()
    live(phone)
    slot = phone.rng.choice(PLATFORM)
    for _ in range(phone.rng.randrange(2, 7)):
        phone.now += timedelta(days=phone.rng.randrange(20, 250))
        reboot(phone)
        live(phone)
        act = phone.rng.randrange(5)
        if act == 1:
            phone.save(slot)
        elif act == 2:
            phone.refuse_key(slot)
        elif act == 3:
            phone.distrust()
        live(phone, 0.5)


def new_year(phone):
    """A phone that really starts on New Year's night."""
    fill(phone)
    phone.now = phone.now.replace(month=12, day=31, hour=20, minute=0, second=0)
    phone.boot()
    phone.pass_time(3 * 3600 + phone.rng.randrange(3000), 9)
    phone.shutdown()
    phone.now = datetime(phone.now.year + 1, 1, 1, 0, phone.rng.randrange(1, 50))
    phone.boot()
    phone.pass_time(phone.rng.choice([4000, 90_000]), 9)


def repeated_inventory(phone):
    """The inventory is written again in the same boot."""
    fill(phone)
    phone.boot()
    live(phone)
    phone.inventory()
    live(phone)
    if phone.rng.random() < 0.5:
        phone.refuse_key("platform-1")
        live(phone, 0.2)
        phone.inventory()
        live(phone)


def mixed(phone):
    """Anything after anything."""
    fill(phone)
    phone.boot()
    acts = [lambda: phone.refuse_key(phone.rng.choice(PLATFORM)), lambda: phone.refuse_certificate(phone.rng.choice(PLATFORM)),
            phone.refuse_improper, phone.refuse_chain, phone.distrust, phone.fail_connection, phone.fail_upload,
            lambda: phone.save(phone.rng.choice(PLATFORM + APPLICATION), kept=phone.rng.random() < 0.8),
            lambda: phone.sign_in(phone.rng.randrange(2)), lambda: reboot(phone), lambda: reboot(phone),
            lambda: reboot(phone), lambda: reboot(phone, clock=phone.rng.choice(["failed", "silent", "none", "bogus"]))]
    for _ in range(phone.rng.randrange(3, 12)):
        live(phone)
        phone.rng.choice(acts)()
    live(phone)


STORIES = {name.replace("_", "-"): function for name, function in list(globals().items())
           if callable(function) and name not in ("live", "reboot", "fill", "mend", "refused", "failing", "datetime", "timedelta")}
