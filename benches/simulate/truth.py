"""What the contract says of a phone, judged from its true history as far as the delivered lines show it.

Nothing here parses a line: the phone noted beside each line what it is. Where the contract leaves open what
holds, `Ambiguous` is raised and the phone is told otherwise or not at all (see README.md).
"""

from datetime import timedelta

SEVERITY = {"INS004": "warning", "INV003": "warning", "INV005": "warning", "INV006": "warning", "TLS002": "warning",
            "ZTP001": "warning", "LOG003": "warning", "TLS003": "info", "ZTP002": "info", "LOG001": "info",
            "LOG002": "info", "LOG004": "info", "LOG007": "info"}
ZTP = {f"SoundPoint IP {n}": (4, 0, 8, "H") for n in (321, 331, 335, 450, 550, 560, 650, 670)}
ZTP |= {f"SoundStation IP {n}": (4, 0, 8, "H") for n in (5000, 6000, 7000)} | {"VVX 1500": (4, 0, 8, "H")}
ZTP |= {f"VVX {n}": (4, 1, 7, "G") for n in (201, 300, 310, 400, 410, 500, 600)}
ZTP |= {f"VVX {n}": (5, 4, 1, "") for n in (301, 311, 401, 411, 501, 601)} | {"VVX 101": (5, 4, 0, "")}


class Ambiguous(Exception):
    """The contract does not say what holds here."""


def seconds_between(first, second):
    """By the stamps, or None where they don't tell."""
    comparable = first.mode == second.mode and (first.mode == "date" or first.boot == second.boot)
    if not comparable:
        return None
    difference = second.shown - first.shown
    return difference if isinstance(difference, float) else difference.total_seconds()


def inventories(lines):
    """Each as (boot, index of its last line, {slot: what it shows})."""
    found, current, last = [], None, None
    for index, line in enumerate(lines):
        if line.kind == "inventory":
            # A slot that comes again after another is the next inventory.
            slot = line.facts["slot"]
            if current is None or (slot == "built-in" and last != "built-in") or line.boot != found[-1][0]:
                current = {}
                found.append([line.boot, index, current])
            current.setdefault(slot, {}).update({k: v for k, v in line.facts.items() if k != "slot"})
            found[-1][1], last = index, slot
        elif line.own:
            current, last = None, None
    return [tuple(entry) for entry in found]


class Story:
    """A phone's delivered lines, and what is asked of them."""

    def __init__(self, lines):
        self.lines = lines
        self.found = {}  # (code, slot) -> {"state", "occurrences", "first", "last"}
        self.optional = set()
        self.inventories = inventories(lines)
        self.saves = [(i, line) for i, line in enumerate(lines) if line.kind == "save"]
        if lines[0].kind in ("inventory", "new", "previous") or lines[-1].kind == "inventory":
            raise Ambiguous("the delivered lines begin or end in an inventory, or begin in an installation")
        if not lines[0].own or sum(line.own and line.boot == lines[0].boot for line in lines) < 3:
            raise Ambiguous("the delivered lines begin with hardly a line of a boot")
        own = [line for line in lines if line.own]
        second = next((i for i, line in enumerate(own) if line.boot != lines[0].boot), 0)
        # Lines of one boot can be slightly out of order.
        if second and all(line.mode == "uptime" for line in own[: second + 1]) and own[second - 1].shown <= own[second].shown + 2:
            raise Ambiguous("the delivered lines begin with some that can stand before the next boot's banner")

    def of(self, *kinds):
        return [(index, line) for index, line in enumerate(self.lines) if line.kind in kinds]

    def note(self, code, slot, active, occurrences):
        """`occurrences`: lines, or None where the contract does not say how often it counts."""
        entry = {"state": "active" if active else "resolved", "occurrences": None, "first": None, "last": None}
        if occurrences is not None:
            entry["occurrences"] = len(occurrences)
            # A wrong date of another month, once, could as well be of the year before.
            wrong = any(line.mode == "bogus" and line.shown.timetuple()[1:3] != (1, 1) for line in self.lines)
            if not wrong and all(line.mode == "date" for line in occurrences):
                entry["first"], entry["last"] = occurrences[0].shown, occurrences[-1].shown
        self.found[code, slot] = entry

    # -- installing

    def known_before(self, slot, index):
        """What the slot held before this line, the last one last: fingerprints, and "empty"."""
        events = [(i, shown[slot].get("fingerprint", "empty")) for _, i, shown in self.inventories if slot in shown]
        events += [(i, line.facts["fingerprint"]) for i, line in self.saves if line.facts["slot"] == slot]
        return [what for at, what in sorted(events, key=lambda event: event[0]) if at < index]

    def refusals_of_slots(self):
        for code in ("INS001", "INS002"):
            slots = {line.facts["slot"] for _, line in self.of(code)} - {None}
            for slot in slots:
                refusals = [(i, line) for i, line in self.of(code) if line.facts["slot"] == slot]
                index, refusal = refusals[-1]
                known, resolved = self.known_before(slot, index), False
                later = [(i, "save", line) for i, line in self.saves if i > index and line.facts["slot"] == slot]
                later += [(i, "inventory", shown[slot]) for _, i, shown in self.inventories if i > index and slot in shown]
                for _, what, how in sorted(later, key=lambda event: event[0]):
                    if what == "save":
                        passed = seconds_between(refusal, how)
                        resolved |= passed is None or passed > 60
                    elif how.get("fingerprint") and how.get("key"):
                        if not known and not resolved:
                            raise Ambiguous("nothing was known of the slot before its refusal")
                        if how["fingerprint"] in known[:-1] and how["fingerprint"] != known[-1] and not resolved:
                            raise Ambiguous("the slot held this certificate before the last one")
                        resolved |= bool(known) and how["fingerprint"] != known[-1]
                    elif how.get("fingerprint") and code == "INS001":
                        resolved = False
                self.note(code, slot, not resolved, [line for _, line in refusals])

    def refusals_without_slot(self):
        for code in ("INS002", "INS003"):
            refusals = [(i, line) for i, line in self.of(code) if line.facts["slot"] is None]
            if not refusals:
                continue
            index, refusal = refusals[-1]
            resolved = False
            for i, line in self.saves:
                if i > index:
                    passed = seconds_between(refusal, line)
                    if passed is None and not resolved:
                        raise Ambiguous("the stamps don't tell how long after the refusal the save came")
                    resolved |= passed is not None and passed > 60
            before = [shown for _, i, shown in self.inventories if i < index]
            had = {held.get("fingerprint") for shown in before for slot, held in shown.items() if slot != "built-in"}
            # A save of the same pass, to another slot, mends nothing, nor does an inventory that shows it.
            had |= {line.facts["fingerprint"] for i, line in self.saves
                    if i < index or (seconds_between(refusal, line) or 0) <= 60}
            for _, i, shown in self.inventories:
                if i > index and before:
                    resolved |= any(held.get("fingerprint") and held["fingerprint"] not in had
                                    for slot, held in shown.items() if slot != "built-in")
            self.note(code, None, not resolved, [line for _, line in refusals])

    def not_kept(self):
        failures = {}
        for index, line in self.saves:
            slot, fingerprint = line.facts["slot"], line.facts["fingerprint"]
            if any(i > index and other.boot == line.boot and other.facts["slot"] == slot for i, other in self.saves):
                continue
            later = [(boot, i, shown[slot]) for boot, i, shown in self.inventories if boot > line.boot and slot in shown]
            if not later:
                continue
            boot, at, held = later[0]
            kept = held.get("fingerprint") == fingerprint
            again = [i for i, other in self.saves if index < i < at and other.facts["slot"] == slot]
            if again:
                continue
            if not kept and boot != min(other.boot for other in self.lines if other.boot > line.boot):
                raise Ambiguous("the next boot shows no inventory")
            if not kept:
                failures.setdefault(slot, []).append((at, fingerprint))
        for slot, failed in failures.items():
            at, fingerprint = failed[-1]
            resolved = any(i > at and shown.get(slot, {}).get("fingerprint") == fingerprint for _, i, shown in self.inventories)
            for i, line in self.saves:
                if i > at and line.facts["slot"] == slot:
                    resolved |= any(boot > line.boot and shown.get(slot, {}).get("fingerprint") == line.facts["fingerprint"]
                                    for boot, _, shown in self.inventories)
            self.note("INS004", slot, not resolved, None)

    def halves_and_built_in(self, mac):
        states = {}
        for _, _, shown in self.inventories:
            for slot, held in shown.items():
                has, key = bool(held.get("fingerprint")), bool(held.get("key"))
                checks = {("INS005", slot): has != key} if slot != "built-in" else {
                    ("INV001", slot): not has, ("INV002", slot): has and held["common_name"] != mac}
                for check, bad in checks.items():
                    if bad or check in states:
                        states[check] = bad
        for (code, slot), bad in states.items():
            self.note(code, slot, bad, None)
        prints = {shown["built-in"]["fingerprint"] for _, _, shown in self.inventories
                  if shown.get("built-in", {}).get("fingerprint")}
        if len(prints) > 1:
            self.note("INV003", "built-in", True, None)

    # -- connections and uploads

    def span(self, lines):
        """How long these lines of one boot go on: at least and at most."""
        own = [line for line in lines if line.own]
        least = 0.0
        for first, second in zip(own, own[1:]):
            least += max(0.0, seconds_between(first, second) or 0.0)
        most = (own[-1].true - own[0].true).total_seconds() + (own[0].shown if own[0].mode == "uptime" else 0)
        return least, most

    def until_shown_gone(self, code, failures):
        """By a later boot that goes on as long as the failure took to come."""
        boots = {}
        for line in self.lines:
            boots.setdefault(line.boot, []).append(line)
        first = {}
        for line in failures:
            first.setdefault(line.boot, line)
        needs = []
        for boot, line in first.items():
            needs.append(self.span(boots[boot][: boots[boot].index(line) + 1]))
        least, most = (min(max(max(need[side] for need in needs), 120.0), 86400.0) for side in (0, 1))
        resolved = False
        for boot, lines in boots.items():
            if boot > failures[-1].boot and boot not in first and any(line.own for line in lines):
                shortest, longest = self.span(lines)
                if shortest >= most:
                    resolved = True
                elif longest >= least and not resolved:
                    raise Ambiguous(f"{code}: a later boot went on about as long")
        return resolved

    def failures(self):
        untrusted = [line for _, line in self.of("TLS001")]
        alone, last = [], None
        for _, line in self.of("TLS001", "tls_error"):
            if line.kind == "TLS001":
                last = line
            else:
                passed = seconds_between(last, line) if last and last.boot == line.boot else 999
                if passed is None:
                    raise Ambiguous("the stamps don't tell how long after the refusal the error came")
                if passed > 3:
                    alone.append(line)
        # A skip tells of a failure of its own where the error before it was not delivered.
        uploads = [line for i, line in self.of("LOG004", "skipped") if line.kind == "LOG004" or i == 0]
        for code, lines, counted in (("TLS001", untrusted, untrusted), ("TLS002", alone, None), ("LOG004", uploads, uploads)):
            if lines:
                self.note(code, None, not self.until_shown_gone(code, lines), counted)

    # -- the rest

    def clock(self):
        before, boot = None, None
        for line in self.lines:
            if line.mode == "date" and line.own:
                if line.boot != boot and line.shown.timetuple()[1:3] == (1, 1):
                    if before is None or (line.true - before).total_seconds() > 80_000:
                        raise Ambiguous("a real start on January 1, and no boot before it within a day")
                before, boot = line.true, line.boot
        self.silences()
        # Dates of January in a boot whose start was lost are nowhere seen to be the phone's default.
        headless = {self.lines[0].boot} if self.lines[0].mode == "fake" else set()
        headless -= {line.boot for line in self.lines if line.kind == "clock_failed"}
        if headless:
            self.optional.add("LOG003")
        unset = [i for i, line in enumerate(self.lines) if line.kind == "clock_failed"
                 or (line.mode == "fake" and line.boot not in headless)
                 or (line.mode == "bogus" and line.shown.month == line.shown.day == 1)]
        if unset:
            real = any(line.mode == "date" for line in self.lines[unset[-1]:])
            self.note("LOG003", None, not real, None)
        if any(line.mode == "bogus" for line in self.lines):
            self.optional.add("LOG003")

    def silences(self):
        """Within an hour after a start, months without a line look like a clock that is put right."""
        dated = [line for line in self.lines if line.mode == "date" and line.own]
        first, last = None, None
        for before, line in zip([None, *dated], dated):
            if before is None or before.boot != line.boot:
                first, last = line, before and before.shown
                continue
            began_right = last and timedelta() <= first.shown - last <= timedelta(days=1)
            if began_right or before.shown - first.shown > timedelta(hours=1) or line.shown - before.shown <= timedelta(days=1):
                continue
            turns = line.shown.timetuple()[1:3] < before.shown.timetuple()[1:3]
            returns = last and abs(line.shown.replace(year=2000) - last.replace(year=2000)) <= timedelta(days=3)
            if turns or returns:
                raise Ambiguous("soon after a start, months passed without a line, or the clock was put right")

    def software(self):
        versions, model = [], None
        for _, line in self.of("software"):
            versions.append(tuple(int(part) for part in line.facts["version"].split(".")[:3]))
        for _, line in self.of("platform"):
            model = line.facts["model"]
        for old, new in zip(versions, versions[1:]):
            if old >= (4, 0, 0) and new < (3, 4, 0):
                self.note("INV005", "built-in", True, None)
                if versions[-1] >= (3, 4, 0):
                    raise Ambiguous("the downgrade was undone")
        if versions and model in ZTP:
            needed, letter = ZTP[model][:3], ZTP[model][3]
            if versions[-1] < needed:
                self.note("ZTP001", None, True, None)
            elif versions[-1] == needed and letter:
                self.note("ZTP002", None, True, None)

    def others(self):
        exists = self.of("TLS003")
        absent = [line for _, line in exists if not line.facts["exists"]]
        if absent:
            self.note("TLS003", None, not exists[-1][1].facts["exists"], absent)
        by_boot = {line.boot: line.facts["fingerprint"] for _, line in self.of("ca")}
        if len(by_boot) >= 3 and len(set(by_boot.values())) == len(by_boot):
            self.note("INV006", None, True, None)
        if any(line.missed for line in self.lines):
            self.note("LOG002", None, True, None)
        if not self.inventories and not self.saves:
            self.note("LOG001", None, True, None)
            if self.of("INS001", "INS002", "INS003", "ca"):
                self.optional.add("LOG001")

    def certificates(self):
        events = [(i, slot, "inventory", held) for _, i, shown in self.inventories for slot, held in shown.items()]
        events += [(i, line.facts["slot"], "save", line.facts) for i, line in self.saves]
        events += [(i, line.facts["slot"], "refused", {}) for i, line in self.of("INS001", "INS002") if line.facts["slot"]]
        slots = {}
        for _, slot, what, held in sorted(events, key=lambda event: event[0]):
            fingerprint = held.get("fingerprint")
            if what == "refused":
                slots[slot] = {"state": "rejected"}
            elif not fingerprint:
                slots[slot] = {"state": "not-available", "fingerprint": None, "common_name": None}
            else:
                digest = {16: "md5", 20: "sha1", 32: "sha256"}[(len(fingerprint) + 1) // 3]
                slots[slot] = {"state": "installed", "fingerprint": fingerprint, "common_name": held["common_name"],
                               "fingerprint_algorithm": digest}
                if what == "inventory":
                    slots[slot] |= {"certificate_length": held["length"], "key_length": held.get("key")}
        return slots


def status_of(active):
    severities = {SEVERITY.get(code, "error") for code in active}
    if "error" in severities:
        return "failed"
    if "warning" in severities:
        return "attention"
    return "unknown" if {"LOG001", "LOG005", "LOG007"} & set(active) else "ok"


def truth(mac, lines):
    """What `scan` has to say of the phone that wrote these lines."""
    story = Story(lines)
    story.refusals_of_slots()
    story.refusals_without_slot()
    story.not_kept()
    story.halves_and_built_in(mac)
    story.failures()
    story.clock()
    story.software()
    story.others()
    software, platform = story.of("software"), story.of("platform")
    return {"mac": mac, "found": story.found, "optional": story.optional | {"LOG007"},
            "certificates": story.certificates(), "boots": len({line.boot for line in lines}),
            "software": software[-1][1].facts["version"] if software else None,
            "model": platform[-1][1].facts["model"] if platform else None}
