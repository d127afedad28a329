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
        let config = resolve(&site.tree, mac(), None, &directories);
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
    let config = resolve(&builder.build(), mac(), None, &[folder.path().to_owned()]);
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
        let config = resolve(&site.tree, mac(), None, &[site.folder.path().join(directory)]);
        assert!(
            config.get("SCEP.enable").is_some() && config.get("log.render.level").is_some(),
            "{directory}"
        );
    }
}

#[test]
fn names_of_a_model_choose_the_list() {
    let lists = "<a CONFIG_FILES=\"plain.cfg\" CONFIG_FILES_SPIP335=\"own.cfg\" CONFIG_FILES_SSIP7000=\"own.cfg\" CONFIG_FILES_VVX500=\"own.cfg\" CONFIG_FILES_SSDuo=\"own.cfg\"/>";
    let level = |level: &str| element(&[("log.render.level", level)]);
    let (plain, own) = (level("1"), level("2"));
    let site = Site::new(&[("000000000000.cfg", lists), ("plain.cfg", &plain), ("own.cfg", &own)]);
    let config = |model| resolve(&site.tree, mac(), model, &[site.folder.path().to_owned()]);
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
