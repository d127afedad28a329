use std::collections::BTreeSet;

use super::*;
use crate::problem::ProblemKind;
use crate::report::fixture::{self, Fixture, written, written_of};
use crate::report::group::GroupBy;
use crate::report::shape::{Baseline, ConfigurationLine, Device, FleetDay};
use crate::report::text::visible::is_hidden;

fn page(fixture: &Fixture) -> String {
    written_of(&FORMAT, &Style::default(), fixture)
}

/// The page without its style sheet and its script.
fn markup(page: &str) -> String {
    assert!(page.contains(STYLE) && page.contains(SCRIPT));
    page.replace(STYLE, "").replace(SCRIPT, "")
}

fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

/// The whole start tags, `<a href="#phones">`.
fn tags(markup: &str) -> Vec<&str> {
    markup.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0).collect()
}

fn rows(page: &str) -> usize {
    page.matches("<li id=").count()
}

#[test]
fn the_policy_names_what_is_in_the_page() {
    use base64::Engine;
    use sha2::Digest;
    let page = written(&FORMAT, &Style::default());
    for (file, text, hash) in [("style.css", STYLE, STYLE_HASH), ("script.js", SCRIPT, SCRIPT_HASH)] {
        // A browser hashes the parsed text, which has no carriage returns.
        let digest = sha2::Sha256::digest(text.replace("\r\n", "\n"));
        let right = format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(digest));
        assert_eq!(hash, right, "{file} was changed: this is its hash");
        assert!(page.contains(&format!("-src '{hash}'")));
        assert!(!text.contains("</") && !text.contains("//example"), "{file} would end its element");
        for foreign in
            ["http:", "https:", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "eval("]
        {
            assert!(!text.contains(foreign), "{file}: {foreign}");
        }
    }
    assert!(page.contains("default-src 'none'; ") && !page.contains("unsafe"));
    assert!(page.contains(&format!("<style>{STYLE}</style>")));
    assert!(page.contains(&format!("<script>{SCRIPT}</script>")));
}

/// A fleet in which every text that comes from outside is this one.
fn all_texts(text: &str) -> Fixture {
    let mut fleet = fixture::fleet();
    let text = || text.to_owned();
    for device in &mut fleet.devices {
        device.mac = None;
        device.files = vec![text(), text()];
        device.model = Some(text());
        device.software = Some(text());
        device.assembly = Some(text());
        device.assembly_revision = Some(text());
        for certificate in &mut device.certificates {
            certificate.common_name = Some(text());
        }
        for diagnosis in &mut device.diagnoses {
            diagnosis.message = text();
            diagnosis.remedy = text().into();
            let (line, parameter) = (Some(7), Some(text()));
            diagnosis.configuration = vec![ConfigurationLine { file: text(), line, parameter, says: text() }];
            for line in &mut diagnosis.evidence {
                (line.file, line.stamp, line.text) = (text(), Some(text()), text());
            }
        }
    }
    fleet.overview.problems = vec![Problem::new(text(), ProblemKind::Unreadable, text())];
    fleet.overview.command = text();
    fleet
}

#[test]
fn texts_of_others_stay_texts() {
    let harmless = markup(&page(&all_texts("x")));
    let own: Vec<String> = tags(&harmless).iter().map(|tag| (*tag).to_owned()).collect();
    for hostile in [
        "</script><script>alert(1)</script>",
        "</style></title></textarea></code></pre>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "<!-- --><![CDATA[ ]]> &lt; &#60; &amp",
        "{{ self }} {% include %} ${x} `x`",
        "\u{1b}[31m\u{1b}]0;owned\u{7}\r\n\t\0\u{202e}\u{2066}\u{200b}\u{feff}\u{9b}2J",
    ] {
        let page = markup(&page(&all_texts(hostile)));
        // Line feeds come from the templates.
        let hidden = page.chars().find(|character| is_hidden(*character) && *character != '\n');
        assert_eq!(hidden, None, "{hostile:?}");
        let texts_left_out = |tag: &&str| tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        let names = |tags: &[&str]| -> Vec<String> { tags.iter().map(texts_left_out).collect() };
        let expected: Vec<&str> = own.iter().map(String::as_str).collect();
        assert_eq!(names(&tags(&page)), names(&expected), "{hostile:?}");
    }
    let shown = page(&all_texts("\u{202e}gol\u{1b}[31m"));
    assert!(shown.contains("\\u{202e}gol\\u{1b}[31m"));
}

#[test]
fn no_tag_styles_runs_or_fetches() {
    let fleet = page(&fixture::fleet());
    let groups = written(&FORMAT, &Style { group_by: Some(GroupBy::Code), ..Style::default() });
    for page in [fleet, groups] {
        let markup = markup(&page);
        for tag in tags(&markup) {
            // Every second piece is an attribute's value; the piece before it ends with the attribute's name.
            for attribute in
                tag.split('"').step_by(2).filter_map(|piece| piece.split([' ', '=']).rev().nth(1))
            {
                assert!(attribute != "style" && attribute != "src" && !attribute.starts_with("on"), "{tag}");
            }
            assert!(!tag.contains("href=") || tag.contains("href=\"#"), "{tag}");
        }
        let names: BTreeSet<_> =
            tags(&markup).iter().map(|tag| tag.split([' ', '/']).next().unwrap_or_default()).collect();
        for name in ["link", "img", "iframe", "object", "form", "base"] {
            assert!(!names.contains(name), "{name}");
        }
    }
}

#[test]
fn what_is_linked_to_is_there() {
    let page = page(&fixture::fleet());
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each once");
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&link), "{link}");
    }
}

#[test]
fn numbers_are_those_of_the_report() {
    let fleet = fixture::fleet();
    let totals = FleetTotals::of(&fleet.devices);
    let summary = &fleet.overview.summary;
    assert_eq!(totals.statuses.all(), [summary.failed, summary.attention, summary.unknown, summary.ok]);
    let active: std::collections::BTreeMap<String, u64> = totals
        .diagnoses
        .iter()
        .filter(|total| total.active > 0)
        .map(|total| (total.rule.code.to_owned(), total.active))
        .collect();
    assert_eq!(active, summary.by_code);
    for groups in [&totals.models, &totals.software] {
        assert_eq!(groups.iter().map(|(_, counts)| counts.total()).sum::<u64>(), totals.statuses.total());
        assert!(groups.is_sorted_by_key(|(_, counts)| std::cmp::Reverse(counts.failed)));
    }
    let troubled = totals.days.values().flatten().sum::<u64>() + totals.undated;
    assert_eq!(troubled, summary.failed + summary.attention);
    let page = page(&fleet);
    assert_eq!(rows(&page), 12);
    assert!(
        page.contains("<b>4 of 12 phones have failed</b> (33\u{a0}%), since <b>11 Jan 2026</b>"),
        "{page}"
    );
}

/// A day on which only 3 of 1,297 phones began to fail is not worth naming.
#[test]
fn a_day_is_named_where_many_began_to_fail() {
    let peak = |failed, most| {
        let mut totals = FleetTotals::default();
        totals.statuses.failed = failed;
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        totals.days = [(day(1), [1, 9]), (day(2), [most, 0])].into();
        let head = Head { overview: &Overview::default(), totals: &totals, history: None, unlisted: 0 };
        head.since().unwrap().1
    };
    assert_eq!(peak(50, 5).as_deref(), Some("2 Jan 2026: 5 phones"));
    assert_eq!(peak(51, 5), None);
    assert_eq!(peak(10, 4), None);
    assert_eq!(peak(1297, 130).as_deref(), Some("2 Jan 2026: 130 phones"));
}

#[test]
fn what_other_options_tell_is_shown() {
    let mut fleet = fixture::fleet();
    fleet.overview.fleet.clear();
    let quiet = page(&fleet);
    for absent in
        ["look at the server", "class=\"silent\"", "tag new", "last report did not have", "class=\"ev conf\""]
    {
        assert!(!markup(&quiet).contains(absent), "{absent}");
    }
    fleet.overview.fleet =
        vec![FleetDay { code: "TLS001".into(), day: "2026-01-11".into(), phones: 5, of: 6 }];
    fleet.overview.began = "2026-03-02 08:00 +01:00".into();
    fleet.overview.command = "phonecert scan 'a b' -o x.html".into();
    fleet.devices[0].stale = Some(23);
    fleet.devices[0].baseline = Some(Baseline::New);
    fleet.devices[1].baseline = Some(Baseline::Still);
    fleet.devices[0].diagnoses[0].configuration = vec![ConfigurationLine {
        file: "site.cfg".into(),
        line: Some(12),
        parameter: Some("device.sec.TLS.customDeviceKey1.set".into()),
        says: "a key of 4096 bits".into(),
    }];
    let page = page(&fleet);
    let server_first = "Find out what changed on the server about 11 Jan 2026";
    assert!(!page.contains(server_first), "another diagnosis is to be seen to first");
    let (_, first) = page.split_once("Do first:</b> <a class=\"code error\" href=\"#").unwrap();
    fleet.overview.fleet[0].code = first[..6].into();
    assert!(self::page(&fleet).contains(server_first));
    for told in [
        "<b><a class=\"code\" href=\"#TLS001\">TLS001</a> began within a day of 11 Jan 2026 in 5 of the 6 phones that have it and whose logs begin earlier:</b> look at the server",
        "<b>1 phone</b> has diagnoses that the earlier report did not have.",
        "<span class=\"silent\" title=\"days since the last log line\">silent 23 d</span>",
        "<span class=\"tag new\">new</span></span>",
        "site.cfg:12 · device.sec.TLS.customDeviceKey1.set</span><span>a key of 4096 bits</span>",
        "on 2026-03-02 08:00 +01:00 with <code>phonecert scan &#39;a b&#39; -o x.html</code>",
        "<title>4 of 12 phones failed, 1 unknown – device certificates, 2026-03-02</title>",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn healthy_phones_of_a_large_fleet_are_counted() {
    let all = Style { all: true, ..Style::default() };
    let few = fixture::large(MAX_PHONES_LISTED - 12);
    assert_eq!(rows(&page(&few)), MAX_PHONES_LISTED);
    let many = fixture::large(MAX_PHONES_LISTED - 11);
    let page = page(&many);
    assert_eq!(rows(&page), 7, "the fixture has five healthy phones of its own");
    assert!(page.contains("4,994 healthy phones are counted above and not listed here"));
    assert_eq!(rows(&written_of(&FORMAT, &all, &many)), MAX_PHONES_LISTED + 1);
}

#[test]
fn the_page_of_a_huge_fleet_can_be_mailed() {
    let mut fleet = fixture::large(97_000);
    let failed: Vec<Device> =
        fleet.devices.iter().filter(|device| device.status == Status::Failed).cloned().collect();
    for number in 0..3_000 {
        let mac = format!("0004F2{number:06X}");
        fleet.devices.push(Device { mac: Some(mac), ..failed[number % failed.len()].clone() });
    }
    let page = page(&fleet);
    assert_eq!(rows(&page), 3_007);
    assert!(page.len() <= 15_000_000, "{} bytes", page.len());
    assert!(page.contains("class=\"big long\">100,012<"), "the number fits into the ring");
}

/// A fleet of phones whose one error was first seen on these days.
fn began_on(days: &[Option<&str>], last_time: &str) -> (FleetTotals, Overview) {
    let fleet = fixture::fleet();
    let devices: Vec<Device> = days
        .iter()
        .map(|day| {
            let mut device = fleet.devices[0].clone();
            device.diagnoses[0].first_seen = day.map(|day| format!("{day}T10:00:00"));
            device
        })
        .collect();
    let mut overview = fleet.overview;
    overview.scanned.last_time = Some(format!("{last_time}T10:00:00"));
    (FleetTotals::of(&devices), overview)
}

#[test]
fn history_shows_six_weeks_and_tells_what_it_leaves_out() {
    let days = [
        Some("2026-01-18"),
        Some("2026-01-19"),
        Some("2026-03-01"),
        Some("2026-03-02"),
        Some("2026-03-01"),
        None,
    ];
    let (totals, mut overview) = began_on(&days, "2026-03-01");
    let history = History::of(&totals, &overview).unwrap();
    let shown: Vec<_> = history.days.iter().map(|day| (day.date.to_string(), day.errors)).collect();
    assert_eq!(shown, [("2026-01-19".to_owned(), 1), ("2026-03-01".to_owned(), 2)]);
    assert_eq!(
        history.omitted,
        "1 phone before 19 Jan 2026; 1 phone after 1 Mar 2026, because their clocks are wrong; 1 phone without a date"
    );
    assert!(
        history.text.ends_with("from 19 Jan 2026 to 1 Mar 2026. Most on 1 Mar 2026: 2 phones."),
        "{}",
        history.text
    );
    assert_eq!(history.ticks.len(), 6, "Mondays");
    // A line that is dated after the run does not change the last day; an earlier one determines it.
    overview.scanned.last_time = Some("2038-01-19T03:14:07".into());
    overview.began = "2026-03-01 23:00 +00:00".into();
    assert_eq!(History::of(&totals, &overview).unwrap().text, history.text);
}

#[test]
fn history_of_old_logs_ends_with_them() {
    let (totals, overview) = began_on(&[Some("2016-02-26"), Some("2016-02-28")], "2026-03-01");
    let history = History::of(&totals, &overview).unwrap();
    assert!(history.text.contains("to 28 Feb 2016") && history.days.len() == 2, "{}", history.text);
    let (totals, overview) = began_on(&[Some("2026-01-19")], "2026-03-01");
    assert!(History::of(&totals, &overview).unwrap().text.contains("to 1 Mar 2026"), "41 days before");
    let (totals, overview) = began_on(&[Some("2026-01-18")], "2026-03-01");
    assert!(History::of(&totals, &overview).unwrap().text.contains("to 18 Jan 2026"), "42 days before");
    let (totals, overview) = began_on(&[None], "2026-03-01");
    assert!(History::of(&totals, &overview).is_none());
}

#[test]
fn parts_of_bars_and_rings_fill_them() {
    let width = |text: &str| text.parse::<f64>().unwrap();
    for counts in [[1, 0, 0, 99_999], [1, 1, 1, 1], [0, 0, 0, 5], [3, 0, 97, 0]] {
        let [failed, attention, unknown, ok] = counts;
        let counts = Counts { failed, attention, unknown, ok, ..Counts::default() };
        let parts = charts::bar(&counts, 120.0);
        assert_eq!(parts.len(), counts.all().into_iter().filter(|count| *count > 0).count());
        let last = parts.last().unwrap();
        assert!((width(&last.x) + width(&last.width) - 119.4).abs() < 0.3, "{counts:?}");
        assert!(parts.iter().all(|part| width(&part.width) >= 0.8));
        let arcs = charts::ring(&counts);
        assert!(arcs.iter().all(|arc| width(&arc.length) > 0.0 && width(&arc.length) <= 100.0));
    }
    assert!(charts::bar(&Counts::default(), 120.0).is_empty() && charts::ring(&Counts::default()).is_empty());
}

#[test]
fn shares_are_never_rounded_to_nothing_or_all() {
    for (part, whole, shown) in [
        (0, 5, "0 %"),
        (0, 0, "0 %"),
        (1, 100_000, "< 0.1 %"),
        (1, 1000, "0.1 %"),
        (98, 1000, "9.8 %"),
        (994, 10_000, "9.9 %"),
        (995, 10_000, "10 %"),
        (990, 1000, "99 %"),
        (999, 1000, "> 99 %"),
        (1000, 1000, "100 %"),
    ] {
        assert_eq!(percent(part, whole).replace('\u{a0}', " "), shown, "{part} of {whole}");
    }
}

#[test]
fn groups_have_a_page_of_their_own() {
    let page = written(&FORMAT, &Style { group_by: Some(GroupBy::Model), ..Style::default() });
    assert!(page.contains("<h1>Phones by model</h1>") && page.ends_with("</html>\n"));
    assert!(between(&page, "<tbody>", "</tbody>").contains("VVX 411"));
}

#[test]
fn a_fleet_of_no_phone_has_a_page() {
    let page = page(&fixture::empty());
    assert!(page.contains("<b>There is no phone to show.</b>") && page.ends_with("</html>\n"));
}

#[test]
fn what_to_do_is_what_the_phones_need() {
    let mut fleet = fixture::fleet();
    let code = fleet.devices.iter().flat_map(Device::active).map(|diagnosis| diagnosis.code).next().unwrap();
    // Each phone with this code has this remedy.
    let mut shown = |remedy: &dyn Fn(usize) -> String| {
        let all = fleet.devices.iter_mut().flat_map(|device| &mut device.diagnoses);
        let mut phones = 0;
        for diagnosis in all.filter(|one| one.code == code && one.state == State::Active) {
            diagnosis.remedy = remedy(phones).into();
            phones += 1;
        }
        let page = page(&fleet);
        let row = between(&page, "<section id=\"todo\"", "</section>");
        (phones, row.replace("&#39;", "'"))
    };
    let (phones, same) = shown(&|_| "Fetch the log again.".to_owned());
    assert!(phones > 1 && same.contains("Fetch the log again.") && !same.contains("phone: Fetch"));
    let (_, different) = shown(&|number| format!("Do {}.", number.min(1)));
    assert!(different.contains("1 phone: Do 0.") && different.contains(": Do 1."), "{different}");
    assert!(!different.contains("Other phones"));
}

#[test]
fn the_filter_offers_only_codes_that_some_phone_has() {
    let (page, fleet) = (fixture::written(&FORMAT, &Style::default()), fixture::fleet());
    let options: Vec<&str> =
        page.split("<option value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let has = |code: &str, state| {
        let mut all = fleet.devices.iter().flat_map(|device| &device.diagnoses);
        all.any(|diagnosis| diagnosis.code == code && diagnosis.state == state)
    };
    for rule in crate::check::CATALOGUE {
        let mended = format!("[{}]", rule.code);
        assert_eq!(options.contains(&rule.code), has(rule.code, State::Active), "{}", rule.code);
        assert_eq!(options.contains(&mended.as_str()), has(rule.code, State::Resolved), "{mended}");
    }
}
