"""Checks answers of `phonecert scan --format json`, since the time of a wrong answer means nothing."""

import json

import phones


def check(path, tree, numbers=None):
    """Ends the run with a message unless the answer in this file is right for this tree, or for these phones of it."""
    with open(path, encoding="utf-8") as file:
        head, devices, tail = parts(file.read())
        numbers = tree.numbers if numbers is None else numbers
        wrong = _totals(head, tail, tree, numbers) or _phones(devices, numbers)
    if wrong:
        raise SystemExit(f"wrong answer for {tree.title}: {wrong}")


def parts(text):
    """The document without its phones, and an iterator over its phones, so that a large answer is never in memory
    as objects as a whole."""
    start = text.index('"devices": [')
    head = json.loads(text[:start].rstrip().rstrip(",") + "}")
    tail = text.rindex('"problems": [')
    end = text.rindex("]", start, tail)
    problems = json.loads("{" + text[tail:])["problems"]
    return head, _each(text, start + len('"devices": ['), end), problems


def _each(text, at, end):
    decode = json.JSONDecoder().raw_decode
    while True:
        while at < end and text[at] in " \n,":
            at += 1
        if at >= end:
            return
        device, at = decode(text, at)
        yield device


def _totals(head, problems, tree, numbers):
    failed = sum(phones.error(number) is not None for number in numbers)
    files = len(numbers) * tree.logs
    expected = {"schema_version": 2, "files": files, "bytes": files * tree.size, "devices": len(numbers),
                "unrecognized_lines": 0, "failed": failed, "ok": len(numbers) - failed, "problems": []}
    told = {"problems": problems[:3], **head, **head["scanned"], **head["summary"]}
    for key, value in expected.items():
        if told.get(key) != value:
            return f"{key} is {told.get(key)}, not {value}"
    return None


def _phones(devices, numbers):
    expected = {phones.mac(number): number for number in numbers}
    for device in devices:
        number = expected.pop(device["mac"], None)
        if number is None:
            return f"a phone {device['mac']} that is none, or is there twice"
        code = phones.error(number)
        active = {found["code"] for found in device["diagnoses"] if found["state"] == "active"}
        if device["status"] != ("failed" if code else "ok") or active & phones.ERRORS != {code} - {None}:
            return f"{device['mac']} is {device['status']} with {sorted(active)}, its error is {code}"
        slots = {slot["slot"]: slot for slot in device["certificates"]}
        shown = phones.fingerprint(number) if code != "INV001" else None
        if slots["built-in"]["fingerprint"] != shown or slots["platform-2"]["state"] != "not-available":
            return f"{device['mac']} has other certificates than its log tells"
    return f"{len(expected)} phones are missing" if expected else None
