//! The texts below the options in `--help`: examples and exit statuses.

pub(super) const EXIT_STATUSES: &str = "\
Exit status:
  0  all was read, and no active diagnosis is as severe as --fail-on
  1  an active diagnosis is as severe as --fail-on (diff: something broke)
  2  wrong usage, or the run itself failed
  3  nothing to read: no log was found (lookup: nothing was found)
  4  would be 0, but something could not be read";

pub(super) const EXAMPLES: &str = "\
Examples:
  phonecert scan /srv/provisioning          every phone's certificates, and what is wrong with them
  phonecert scan ticket.zip --format json   the same for the logs of a ticket, as input for a program
  phonecert explain INS001                  what a diagnosis means and what to do about it
  phonecert device 0004f2a1b2c3 logs/       the whole history of one phone, to paste into a ticket
  phonecert diff monday.json today.json     what broke since, and what was mended
  phonecert watch /srv/provisioning         the table of scan, kept up to date while logs change
  phonecert lookup \"VVX 500\"                which revisions left the factory with a certificate";

pub(super) const SCAN_EXAMPLES: &str = "\
Examples:
  phonecert scan                                      logs in and below this directory
  phonecert scan logs/ ticket.zip 0004f2a1b2c3-app.log.2.gz
  phonecert scan logs/ --status failed --since 7d     phones that failed in the last seven days
  phonecert scan logs/ --select INS --ignore INS004   diagnoses of installations, except one
  phonecert scan logs/ --output fleet.csv --output fleet.json
  phonecert scan logs/ --group-by model               how many phones of each model have trouble
  phonecert scan logs/ --baseline monday.json --new   only what is new since Monday's answer
  find /srv -name '*-app.log' -print | phonecert scan --files-from -
  ssh server cat phone-app.log | phonecert scan -     one log from standard input";

pub(super) const EVENTS_EXAMPLES: &str = "\
Examples:
  phonecert events logs/ --device 00:04:f2:a1:b2:c3   what one phone logged about its certificates
  phonecert events logs/ --format jsonl | jq 'select(.kind == \"key_too_large\")'
  phonecert events logs/ --since 2026-01-01 --output events.csv";

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  phonecert scan logs/ --output monday.json           an answer to compare with later
  phonecert diff monday.json today.json
  phonecert diff monday.json today.json --format markdown --output ticket.md
  phonecert scan logs/ --format json | phonecert diff monday.json -";

pub(super) const WATCH_EXAMPLES: &str = "\
Examples:
  phonecert watch /srv/provisioning                   the table, until q or Ctrl-C
  phonecert watch logs/ --device 0004f2a1b2c3         one phone on the bench
  phonecert watch logs/ --format text | tee changes.txt
  phonecert watch /mnt/logs --poll 5                  check every five seconds instead of waiting for notifications";

pub(super) const DEVICE_EXAMPLES: &str = "\
Examples:
  phonecert device 0004f2a1b2c3 logs/
  phonecert device 00:04:F2:A1:B2:C3 ticket.zip --format markdown --redact";

pub(super) const LIST_EXAMPLES: &str = "\
Examples:
  phonecert list /srv/provisioning
  phonecert list logs/ | jq -r 'select(.kind == \"log\" and .mac == \"0004F2A1B2C3\") | .path'";

pub(super) const DIGEST_EXAMPLES: &str = "\
Examples:
  phonecert digest /srv/provisioning -o berlin.pcr.zst
  phonecert scan --records berlin.pcr.zst paris.pcr.zst --output fleet.html
  phonecert digest logs/ --cache logs.pcr --keep 90d -o logs.pcr      reads only files that changed since
  ssh server phonecert digest /srv/provisioning | phonecert scan --records -";

pub(super) const LOOKUP_EXAMPLES: &str = "\
Examples:
  phonecert lookup VVX 500
  phonecert lookup 2201-12360-001 --revision C        whether that phone has a factory certificate
  phonecert lookup \"Device Certificate: Self-signed\"  what this text in the phone's menu means";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  phonecert explain            a list of all diagnoses
  phonecert explain INS001     one diagnosis in full";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  phonecert completions bash > /etc/bash_completion.d/phonecert
  phonecert completions zsh > ~/.zfunc/_phonecert
  phonecert completions fish > ~/.config/fish/completions/phonecert.fish";

pub(super) const CONFIG_EXAMPLES: &str = "\
Examples:
  phonecert config /srv/provisioning
  phonecert config /srv/provisioning --device 0004f2a1b2c3
  phonecert config /srv/provisioning --format csv     for a spreadsheet: when each certificate expires";
