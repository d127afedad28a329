//! Which master and which of its lists a phone reads.

use super::*;

#[test]
fn the_master_lies_beside_the_log_or_above_it() {
    let level = |level: &str| element(&[("log.render.level", level)]);
    let site = Site::new(&[
        ("000000000000.cfg", &level("1")),
        ("a/0004f2a1b2c3.cfg", &level("2")),
        ("a/logs/x", ""),
        ("b/000000000000.cfg", &level("3")),
    ]);
    let found = |directories: &[&str]| {
        let directories: Vec<PathBuf> =
            directories.iter().map(|name| site.folder.path().join(name)).collect();
        let config = resolve(&site.tree, mac(), &PhoneKind::UNKNOWN, &directories);
        config.get("log.render.level").map(|given| given.value.as_text().unwrap().to_owned())
    };
    assert_eq!(found(&["a"]).as_deref(), Some("2"));
    assert_eq!(found(&["a/logs"]).as_deref(), Some("2"));
    assert_eq!(found(&["b"]).as_deref(), Some("3"));
    assert_eq!(found(&["c"]).as_deref(), Some("1"));
    assert_eq!(found(&[]).as_deref(), Some("2"));
}

#[test]
fn an_address_in_a_name_is_found_in_any_case_where_single_files_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("0004F2A1B2C3")).unwrap();
    std::fs::write(at("000000000000.cfg"), master("[PHONE_MAC_ADDRESS]/x.cfg, [PHONE_MAC_ADDRESS]/y.cfg"))
        .unwrap();
    for name in ["x.cfg", "y.cfg"] {
        std::fs::write(at("0004F2A1B2C3").join(name), element(&[("log.render.level", "2")])).unwrap();
    }
    let mut builder = TreeBuilder::new(&[at("000000000000.cfg"), at("0004F2A1B2C3/x.cfg")]);
    builder.file(&at("000000000000.cfg"), None);
    let config = resolve(&builder.build(), mac(), &PhoneKind::UNKNOWN, &[folder.path().to_owned()]);
    assert_eq!(config.get("log.render.level").map(|given| given.file.path.ends_with("x.cfg")), Some(true));
    let missing: Vec<&str> = config.missing.iter().map(|one| &*one.name).collect();
    assert_eq!(missing, ["0004f2a1b2c3/y.cfg"]);
}

#[test]
fn a_file_that_the_general_master_lists_is_no_master() {
    let site = Site::new(&[
        ("000000000000.cfg", &master("phones/[PHONE_MAC_ADDRESS].cfg, site.cfg")),
        ("phones/0004f2a1b2c3.cfg", &element(&[("log.render.level", "2")])),
        ("site.cfg", &element(&[("SCEP.enable", "1")])),
    ]);
    for directory in ["", "phones"] {
        let config = resolve(&site.tree, mac(), &PhoneKind::UNKNOWN, &[site.folder.path().join(directory)]);
        assert!(
            config.get("SCEP.enable").is_some() && config.get("log.render.level").is_some(),
            "{directory}"
        );
    }
}

#[test]
fn the_own_file_of_a_phone_chooses_the_list_of_a_model_that_is_not_known() {
    let level = |level: &str| element(&[("log.render.level", level)]);
    let (own, other) = (level("1"), level("2"));
    let chosen = |lists: &str, own_file: &str| {
        let master = format!("<a {lists}/>");
        let site = Site::new(&[("000000000000.cfg", &*master), (own_file, &*own), ("other.cfg", &*other)]);
        let config = site.config();
        assert_eq!(config.undecided.is_none(), config.is_complete);
        config.get("log.render.level").map(|given| given.value.as_text().unwrap_or_default().to_owned())
    };
    let (plain, ip_300) =
        ("CONFIG_FILES='[PHONE_MAC_ADDRESS]-x.cfg'", "CONFIG_FILES_SPIP300='phone1_213.cfg, sip_213.cfg'");
    let of_model = "CONFIG_FILES='other.cfg' CONFIG_FILES_VVX500='[PHONE_MAC_ADDRESS]-x.cfg'";
    let one = Some("1".to_owned());
    assert_eq!(chosen(&format!("{plain} {ip_300}"), "0004f2a1b2c3-x.cfg"), one);
    assert_eq!(chosen(&format!("{of_model} {ip_300}"), "0004F2A1B2C3-x.cfg"), one);
    assert_eq!(
        chosen("CONFIG_FILES='0004F2A1B2C3-x.cfg' CONFIG_FILES_VVX500=''", "0004f2a1b2c3-x.cfg"),
        None
    );
    assert_eq!(chosen("CONFIG_FILES='0004f2a1b2c3-x.cfg' CONFIG_FILES_VVX500=''", "0004f2a1b2c3-x.cfg"), one);
    // Without that file, or where another list names a file of the phone that is there or can't be looked for, any list
    // may be the phone's; also if the overrides depend on the model.
    for other in [
        "CONFIG_FILES_SPIP335='http://192.0.2.1/[PHONE_MAC_ADDRESS].cfg'",
        "CONFIG_FILES_SPIP335='[PHONE_MODEL]/[PHONE_MAC_ADDRESS].cfg'",
        "CONFIG_FILES_SPIP335='' OVERRIDES_DIRECTORY_SPIP335='x'",
    ] {
        assert_eq!(chosen(&format!("{plain} {other}"), "0004f2a1b2c3-x.cfg"), None);
    }
    assert_eq!(chosen(&format!("{plain} {ip_300}"), "0004f2a1b2c4-x.cfg"), None);
    let both = "CONFIG_FILES_SPIP335='[PHONE_MAC_ADDRESS]-x.cfg, other.cfg'";
    assert_eq!(chosen(&format!("{plain} {both}"), "0004f2a1b2c3-x.cfg"), None);
}

#[test]
fn names_of_a_model_choose_the_list() {
    let lists = "<a CONFIG_FILES=\"plain.cfg\" CONFIG_FILES_SPIP335=\"own.cfg\" CONFIG_FILES_SSIP7000=\"own.cfg\" CONFIG_FILES_VVX500=\"own.cfg\" CONFIG_FILES_SSDuo=\"own.cfg\"/>";
    let level = |level: &str| element(&[("log.render.level", level)]);
    let (plain, own) = (level("1"), level("2"));
    let site = Site::new(&[("000000000000.cfg", lists), ("plain.cfg", &plain), ("own.cfg", &own)]);
    let config =
        |model| resolve(&site.tree, mac(), &PhoneKind::new(model, None), &[site.folder.path().to_owned()]);
    for (model, level) in [
        ("IP 335", "2"),
        ("SoundPoint IP 335", "2"),
        ("Polycom IP 335", "2"),
        ("IP 7000", "2"),
        ("SoundStation Duo", "2"),
        ("Duo", "2"),
        ("VVX 500", "2"),
        ("IP 450", "1"),
        ("IP 6000", "1"),
        ("VVX 501", "1"),
        ("IP Conference", "1"),
    ] {
        let config = config(Some(model));
        assert_eq!(config.get("log.render.level").unwrap().value.as_text(), Some(level), "{model}");
        assert_eq!(config.undecided, None);
    }
    assert!(
        matches!(config(None).undecided, Some(Undecided::List(path)) if path.ends_with("000000000000.cfg"))
    );
    let site = Site::new(&[("000000000000.cfg", &master("site-[PHONE_MODEL].cfg"))]);
    assert!(matches!(site.config().undecided, Some(Undecided::List(_))));
    let site = Site::new(&[("000000000000.cfg", &master("site.cfg"))]);
    assert_eq!(site.config().undecided, None);
}

#[test]
fn a_models_own_attribute_replaces_the_plain_one() {
    let level = |level: &str| element(&[("log.render.level", level)]);
    let master = |suffix: &str| {
        format!(
            "<a CONFIG_FILES='' OVERRIDES_DIRECTORY='o1' OVERRIDES_DIRECTORY_{suffix}='o2' \
             LOG_FILE_DIRECTORY='logs' LOG_FILE_DIRECTORY_{suffix}='http://0.0.0.0'/>"
        )
    };
    for (suffix, model, part_number, expected) in [
        ("VVX500", Some("VVX 500"), None, Some("2")),
        ("VVX500", Some("VVX 501"), None, Some("1")),
        ("VVX500", None, None, None),
        ("3111-44500-001", Some("VVX 500"), Some("3111-44500-001"), Some("2")),
        ("3111-44500-001", Some("VVX 500"), Some("3111-44500-002"), Some("1")),
        ("3111-44500-001", Some("VVX 500"), None, None),
    ] {
        let site = Site::new(&[
            ("0004f2a1b2c3.cfg", &*master(suffix)),
            ("o1/0004f2a1b2c3-phone.cfg", &level("1")),
            ("o2/0004f2a1b2c3-phone.cfg", &level("2")),
        ]);
        let kind = PhoneKind::new(model, part_number);
        let config = resolve(&site.tree, mac(), &kind, &[site.folder.path().to_owned()]);
        let level = config.get("log.render.level").and_then(|given| given.value.as_text());
        assert_eq!(level, expected, "{suffix} {kind:?}");
        let logs = config.get("LOG_FILE_DIRECTORY").map(|given| given.whole_name());
        let whole = expected.map(|level| match level {
            "2" => format!("LOG_FILE_DIRECTORY_{suffix}"),
            _ => "LOG_FILE_DIRECTORY".to_owned(),
        });
        assert_eq!(logs, whole, "{suffix} {kind:?}");
        assert_eq!(config.is_complete, expected.is_some(), "{suffix} {kind:?}");
    }
}

#[test]
fn of_two_overrides_directories_neither_is_certain() {
    let of = |second: &str| {
        let master = format!(
            "<r><a CONFIG_FILES='' OVERRIDES_DIRECTORY='o1'/><b OVERRIDES_DIRECTORY='{second}'/></r>"
        );
        let level = element(&[("log.render.level", "1")]);
        let site = Site::new(&[("0004f2a1b2c3.cfg", &*master), ("o1/0004f2a1b2c3-phone.cfg", &level)]);
        let config = site.config();
        (config.get("log.render.level").is_some(), config.is_complete)
    };
    assert_eq!(of("o1"), (true, true));
    assert_eq!(of("o2"), (false, false));
}

#[test]
fn placeholders_stand_for_model_part_number_and_address() {
    let level = element(&[("log.render.level", "1")]);
    let kind = PhoneKind::new(Some("VVX 500"), Some("3111-44500-001"));
    for (name, path) in [
        ("[PHONE_PART_NUMBER]/c.cfg", Some("3111-44500-001/c.cfg")),
        ("[PHONE_MODEL]-[PHONE_PART_NUMBER].cfg", Some("VVX500-3111-44500-001.cfg")),
        ("[PHONE_MAC_ADDRESS]_[PHONE_PART_NUMBER].cfg", Some("0004f2a1b2c3_3111-44500-001.cfg")),
        ("[PHONE_SERIAL_NUMBER]-c.cfg", None),
        ("a[1].cfg", Some("a[1].cfg")),
    ] {
        let site = Site::new(&[
            ("0004f2a1b2c3.cfg", &*master(name)),
            (path.unwrap_or("0004f2a1b2c3-c.cfg"), &level),
        ]);
        let config = resolve(&site.tree, mac(), &kind, &[site.folder.path().to_owned()]);
        let why: Vec<_> = config.missing.iter().map(|one| one.why.clone()).collect();
        match path {
            Some(_) => assert!(config.get("log.render.level").is_some() && why.is_empty(), "{name}"),
            None => {
                assert_eq!(why, [NotFound::Placeholder("[PHONE_SERIAL_NUMBER]".into())]);
                assert!(!config.is_complete);
            }
        }
        // Records have all files that a phone of any model may read.
        let reachable = reachable(&site.tree, mac(), &[site.folder.path().to_owned()]);
        let own = reachable.own.iter().map(|stored| PathBuf::from(stored.path()));
        let mut all = reachable.shared.iter().cloned().chain(own);
        assert_eq!(path.is_some(), all.any(|found| path.is_some_and(|path| found.ends_with(path))), "{name}");
    }
}
