//! CFG007: several values of one parameter.

use super::*;

#[test]
fn cfg007_overridden() {
    let files = |second: &str| {
        let (first, second) = (element(&[("SCEP.enable", "1")]), element(&[("SCEP.enable", second)]));
        severities(
            &[("0004f2a1b2c3.cfg", &master("a.cfg,b.cfg")), ("a.cfg", &first), ("b.cfg", &second)],
            &log(),
        )
    };
    assert_eq!(files("0"), [("CFG007", Info)]);
    assert_eq!(files("1"), []);
}

/// Whichever of the phone's own overrides wins, the files of the server lose.
#[test]
fn cfg007_what_may_count() {
    let roles = |files: &[(&str, &str)]| {
        let mut all = vec![("0004f2a1b2c3.cfg", master("a.cfg,b.cfg"))];
        all.extend(files.iter().map(|(name, level)| (*name, element(&[("log.render.level", *level)]))));
        let all: Vec<_> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let (_, found) =
            Site::new(&all).findings(&log(), &[]).into_iter().find(|(code, _)| *code == "CFG007")?;
        let said: Vec<_> = found.configuration.iter().map(|line| line.says.to_string()).collect();
        Some((found.message.to_string().contains("not known"), said.join(", ")))
    };
    let (phone, web) = ("0004f2a1b2c3-phone.cfg", "0004f2a1b2c3-web.cfg");
    for (files, is_open, said) in [
        (
            &[(phone, "1"), (web, "2"), ("a.cfg", "3"), ("b.cfg", "1")][..],
            true,
            "may count: 1, may count: 2, does not count: 3, does not count: 1",
        ),
        (
            &[(phone, "1"), (web, "1"), ("a.cfg", "3")],
            false,
            "counts: 1, does not count: 1, does not count: 3",
        ),
        (&[(web, "2"), ("a.cfg", "3")], false, "counts: 2, does not count: 3"),
    ] {
        assert_eq!(roles(files), Some((is_open, said.to_owned())), "{files:?}");
    }
    // It is not known whether the master's own value or its list wins, but the first file of the list wins in the list.
    let own = "<m CONFIG_FILES=\"a.cfg,b.cfg\" log.render.level=\"1\"/>";
    let [a, b] = ["2", "3"].map(|level| element(&[("log.render.level", level)]));
    let site = Site::new(&[("0004f2a1b2c3.cfg", own), ("a.cfg", &a), ("b.cfg", &b)]);
    let (_, found) = site.findings(&log(), &[]).into_iter().find(|(code, _)| *code == "CFG007").unwrap();
    let said: Vec<_> = found.configuration.iter().map(|line| line.says.to_string()).collect();
    assert_eq!(said, ["may count: 1", "may count: 2", "does not count: 3"]);
}

/// In an archive only, because some file systems do not distinguish case.
#[test]
fn cfg007_names_in_another_case() {
    let found = |files: &[(&str, &str)]| {
        let mut tree = TreeBuilder::new(&["t.zip".into()]);
        for (name, text) in files {
            tree.member(&format!("t.zip!/{name}"), text.as_bytes(), None);
        }
        let config = resolve(&tree.build(), mac(), &PhoneKind::UNKNOWN, &["t.zip!/logs".into()]);
        let level = config.get("log.render.level").map(|given| given.value.as_text().unwrap().to_owned());
        let found = run(&config, &log(), &[]);
        let messages = found.into_iter().filter(|(code, _)| *code == "CFG007");
        (level, messages.map(|(_, finding)| finding.message.to_string()).collect::<Vec<_>>())
    };
    let [one, two] = ["1", "2"].map(|level| element(&[("log.render.level", level)]));
    for (ending, directory) in [(".cfg", ""), (".cfg", "site/"), ("-phone.cfg", ""), ("-web.cfg", "")] {
        let [lower, upper] = ["0004f2a1b2c3", "0004F2A1B2C3"].map(|mac| format!("{directory}{mac}{ending}"));
        let (level, messages) = found(&[(&upper, &two), (&lower, &one)]);
        assert_eq!(level.as_deref(), Some("1"), "{ending}");
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].starts_with(&format!(
                "The files t.zip!/{lower} and t.zip!/{upper} differ: the first counts,"
            ))
        );
        // A copy, a file that can't be meant for a phone, and only one of the two.
        for other in [&*one, "", "no XML"] {
            assert_eq!(found(&[(&upper, other), (&lower, &one)]), (Some("1".to_owned()), vec![]), "{ending}");
        }
        assert_eq!(found(&[(&upper, &two)]), (Some("2".to_owned()), vec![]), "{ending}");
    }
    // A list can name the file too, and files in other directories are not beside it.
    let list = element(&[("CONFIG_FILES", "0004F2A1B2C3.cfg")]);
    assert_eq!(
        found(&[("0004F2A1B2C3.cfg", &two), ("0004f2a1b2c3.cfg", &list)]),
        (Some("2".to_owned()), vec![])
    );
    assert_eq!(
        found(&[("old/0004F2A1B2C3.cfg", &two), ("0004f2a1b2c3.cfg", &one)]),
        (Some("1".to_owned()), vec![])
    );
}

#[test]
fn cfg007_in_another_layout() {
    let file = |text: &str| element(&[("sec.TLS.customDeviceCert.1", text)]);
    let is_overridden = |first: &str, second: &str| {
        let files = [
            ("0004f2a1b2c3.cfg", &*master("a.cfg,b.cfg")),
            ("a.cfg", &file(first)),
            ("b.cfg", &file(second)),
        ];
        severities(&files, &log()).contains(&("CFG007", Info))
    };
    let one = chain(&[good()]);
    assert!(!is_overridden(&one, &one.replace("----- ", "-----\n").replace(" -----", "\n-----")));
    assert!(is_overridden(&one, &chain(&[good(), good()])));
}

/// Values that can't be read are different if their texts are. Of a short text, which may be a password, nothing is
/// kept by which it could be compared.
#[test]
fn cfg007_not_readable() {
    let message = |roles: [&str; 2], name: &str, [first, second]: [&str; 2]| {
        let [first, second] = [first, second].map(|text| element(&[(name, text)]));
        let site = Site::new(&[
            ("0004f2a1b2c3.cfg", &*master("a.cfg,b.cfg")),
            (roles[0], &first),
            (roles[1], &second),
        ]);
        let found = site.findings(&log(), &[]).into_iter().find(|(code, _)| *code == "CFG007");
        found.map(|(_, finding)| finding.message.to_string()).unwrap_or_default()
    };
    let (listed, overrides) = (["a.cfg", "b.cfg"], ["0004f2a1b2c3-phone.cfg", "0004f2a1b2c3-web.cfg"]);
    let encrypted = |seed: u8| pem("ENCRYPTED PRIVATE KEY", &key_of(seed, 1218));
    let cut = |seed: u8| {
        let whole = pkcs7(&[certificate("0004F2A1B2C3", seed, "2029-01-01", "2032-01-01", 0)]);
        pem("PKCS7", &whole[..whole.len() - 100])
    };
    let (key, certificate) = ("sec.TLS.customDeviceKey.1", "sec.TLS.customDeviceCert.1");
    for (name, [one, two]) in [
        (key, [encrypted(1), encrypted(2)]),
        (certificate, [cut(1), cut(2)]),
        (key, [encrypted(1), "x".into()]),
    ] {
        let said = message(listed, name, [&one, &two]);
        assert!(said.contains("has different values: ") && said.contains("a.cfg line 2 counts"), "{said}");
        let said = message(overrides, name, [&one, &two]);
        assert!(said.contains("has different values in ") && said.contains("not known"), "{said}");
        assert_eq!(message(listed, name, [&one, &one.replace(' ', "\n")]), "", "{one}");
    }
    for texts in [["paste here", "to be done"], ["paste here"; 2]] {
        for name in [key, certificate] {
            let said = message(listed, name, texts);
            assert!(
                said.contains("has two values that can't be read: ") && !said.contains("different"),
                "{said}"
            );
        }
    }
}

#[test]
fn cfg007_lists_in_two_elements() {
    let found = |second: &str| {
        let text = format!("<r>\n<a CONFIG_FILES=\"a.cfg\"/>\n<b {second}/></r>");
        let level = element(&[("log.render.level", "9")]);
        let site = Site::new(&[("0004f2a1b2c3.cfg", &*text), ("a.cfg", &level), ("b.cfg", "<a/>")]);
        let found = site.findings(&log(), &[]).into_iter();
        let messages = found.filter(|(code, _)| *code == "CFG007").map(|(_, one)| one.message.to_string());
        (
            site.config().is_complete,
            site.config().get("log.render.level").is_some(),
            messages.collect::<String>(),
        )
    };
    let (is_complete, is_sure, message) = found("CONFIG_FILES=\"b.cfg\"");
    assert!(!is_complete && !is_sure);
    let end = "0004f2a1b2c3.cfg line 2 and line 3; which of them counts is not known.";
    assert!(
        message.starts_with("CONFIG_FILES has different values in ") && message.ends_with(end),
        "{message}"
    );
    for same in ["CONFIG_FILES=\" a.cfg,\"", "MISC_FILES=\"b.cfg\""] {
        assert_eq!(found(same), (true, true, String::new()), "{same}");
    }
}
