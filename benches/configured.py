"""Makes the files of a provisioning server with configuration: each phone has a log, a master file and
overrides, and all phones read the same two site files.

    python3 benches/configured.py DIRECTORY [PHONES]             makes the tree: no phone has a CFG diagnosis
    python3 benches/configured.py --shared DIRECTORY [PHONES]    the same, and all phones are given one certificate
    python3 benches/configured.py --measure PHONECERT DIRECTORY  what configuration costs a scan of it

With one certificate for all, each phone has three CFG diagnoses, and its JSON is seven times as long. The goal is that a
scan takes at most 2.5 times the time of one with `--no-config`.
"""

import pathlib
import statistics
import sys

import measure

SAMPLES = pathlib.Path(__file__).parent.parent / "testdata" / "config"
LOG = (
    "000015.871|log  |*|00|---------- Initial log entry ----------\n"
    "000015.873|so   |*|00|Platform: Interface eth0 MAC={mac}\n"
    "000015.944|tls  |3|00|Polycom device certificate length 802\n"
    "000015.948|tls  |3|00|Polycom device certificate common name \"{upper}\"\n"
) + "0531130928|sip  |4|00|an ordinary line of an ordinary log\n" * 100


def sample(name):
    """A certificate or key as the value of an attribute."""
    return (SAMPLES / name).read_text().replace("\n", " ")


def site_files(has_shared_certificate):
    """The files that all phones read: certificates, and unrelated settings."""
    yield "000000000000.cfg", '<APPLICATION CONFIG_FILES="site.cfg, sip.cfg"/>'
    certificate = (
        ' device.set="1" device.sec.TLS.customDeviceCert1.set="1"\n'
        f' device.sec.TLS.customDeviceCert1.publicCert="{sample("chain.p7b")}"\n'
        f' device.sec.TLS.customDeviceCert1.privateKey="{sample("rsa-2048-pkcs8.key")}"\n'
    )
    yield "site.cfg", (
        f'<site{certificate if has_shared_certificate else ""}'
        f' sec.TLS.customCaCert.1="{sample("root.pem")}" log.level.change.tls="3"/>'
    )
    settings = "".join(f'  <x dialplan.{n}="[2-9]11|0T" voice.codec.{n}="{n}"/>\n' for n in range(2000))
    yield "sip.cfg", f"<sip>\n{settings}</sip>"


def phone_files(number):
    """The files of one phone."""
    mac = f"0004f2{number:06x}"
    lines = "".join(f'  <reg reg.{n}.address="{mac}" reg.{n}.auth.password="invented"/>\n' for n in range(12))
    yield f"{mac}.cfg", f'<APPLICATION CONFIG_FILES="site.cfg, sip.cfg">\n{lines}</APPLICATION>'
    overrides = " ".join(f'up.override.{n}="{n}"' for n in range(20))
    yield f"{mac}-phone.cfg", f"<PHONE_CONFIG>\n <OVERRIDES {overrides}/>\n</PHONE_CONFIG>"
    yield f"{mac}-app.log", LOG.format(mac=mac, upper=mac.upper())


def main(directory, phones=20_000, has_shared_certificate=False):
    """Writes the files."""
    root = pathlib.Path(directory)
    root.mkdir(parents=True)
    for name, text in site_files(has_shared_certificate):
        (root / name).write_text(text)
    for number in range(int(phones)):
        for name, text in phone_files(number):
            (root / name).write_text(text)


def compare(binary, directory, rounds=7):
    """Prints the medians of alternating runs, whose answers are discarded."""
    runs = {"with configuration": [], "--no-config": []}
    for _ in range(rounds):
        for name, options in zip(runs, ([], ["--no-config"])):
            run = measure.run([binary, "scan", "--format", "json", "-q", *options, directory])
            assert run.status in (0, 1), run.errors
            runs[name].append(run)
    for kind in ("seconds", "cpu"):
        full, bare = (statistics.median(getattr(run, kind) for run in of) for of in runs.values())
        print(f"{kind}: {full:.2f} s with configuration, {bare:.2f} s without: {full / bare:.2f} times")


if __name__ == "__main__":
    if sys.argv[1] == "--measure":
        compare(*sys.argv[2:])
    elif sys.argv[1] == "--shared":
        main(*sys.argv[2:], has_shared_certificate=True)
    else:
        main(*sys.argv[1:])
