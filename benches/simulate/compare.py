"""An answer of `scan --format json` held against the truth."""

from truth import status_of


def moment(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def differences(expected, device):
    """Short sentences, one for each difference."""
    if device is None:
        return ["no row for this phone"]
    found = []
    told = {(diagnosis["code"], diagnosis["slot"]): diagnosis for diagnosis in device["diagnoses"]}
    for key, entry in sorted(expected["found"].items(), key=str):
        code, slot = key
        label = code + (f"@{slot}" if slot else "")
        # The contract does not name the slot of a diagnosis that concerns the whole phone or its built-in certificate.
        diagnosis = told.pop(key, None) or told.pop((code, None), None) or (told.pop((code, "built-in"), None) if not slot else None)
        if diagnosis is None:
            if code not in expected["optional"]:
                found.append(f"{label} {entry['state']} is missing")
            continue
        if diagnosis["state"] != entry["state"] and code not in expected["optional"]:
            found.append(f"{label} is {diagnosis['state']}, should be {entry['state']}")
        if entry["occurrences"] is not None and diagnosis["occurrences"] != entry["occurrences"]:
            found.append(f"{label} x{diagnosis['occurrences']}, should be x{entry['occurrences']}")
        for name, time in (("first_seen", entry["first"]), ("last_seen", entry["last"])):
            if time is not None and diagnosis[name] != moment(time):
                found.append(f"{label} {name} {diagnosis[name]}, should be {moment(time)}")
    for (code, slot), diagnosis in sorted(told.items(), key=str):
        if code not in expected["optional"]:
            found.append(f"{code}{'@' + slot if slot else ''} {diagnosis['state']} is wrong")
    active = {code for (code, _), entry in expected["found"].items() if entry["state"] == "active"}
    seen = {diagnosis["code"] for diagnosis in device["diagnoses"] if diagnosis["state"] == "active"}
    active = (active - expected["optional"]) | (seen & expected["optional"])
    if device["status"] != status_of(active):
        found.append(f"status {device['status']}, should be {status_of(active)}")
    for name in ("boots", "software", "model"):
        if device[name] != expected[name]:
            found.append(f"{name} {device[name]}, should be {expected[name]}")
    slots = {certificate["slot"]: certificate for certificate in device["certificates"]}
    for slot, fields in expected["certificates"].items():
        told = slots.pop(slot, {})
        wrong = [f"{name} {told.get(name)}, should be {value}" for name, value in fields.items() if told.get(name) != value]
        found += [f"{slot}: {text}" for text in wrong[:2]]
    found += [f"{slot} is not mentioned in the log" for slot in slots]
    return found
