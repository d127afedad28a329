//! The phones that masters list, and the masters of phones whose logs are elsewhere.

use super::*;
use crate::model::Mac;

fn phones(list: &str, files: &[&str]) -> Vec<String> {
    let master = master(list);
    let files = files.iter().map(|name| (*name, "<a/>")).chain([("000000000000.cfg", &*master)]);
    let site = Site::new(&files.collect::<Vec<_>>());
    let [phones, of_members] =
        [&site.tree, &site.members].map(|tree| tree.phones().iter().map(Mac::to_string).collect::<Vec<_>>());
    assert_eq!(phones, of_members, "{list}");
    phones
}

#[test]
fn phones_are_those_with_listed_files() {
    let files = ["0004f2000001-dev.cfg", "0004F2000002-dev.cfg", "0004f2000003-dev.xml", "0004f2000004.cfg"];
    assert_eq!(phones("site.cfg", &files), ["0004F2000004"]);
    let dev = "[PHONE_MAC_ADDRESS]-dev.cfg, site.cfg";
    assert_eq!(phones(dev, &files), ["0004F2000001", "0004F2000002", "0004F2000004"]);
    assert_eq!(phones(&dev.replace('[', "\\[").replace("site", "/[PHONE_MODEL]"), &files).len(), 3);
    for name in [
        "000000000000-dev.cfg",
        "0004F2abcdef-dev.cfg",
        "0004f20000011-dev.cfg",
        "0004f200000-dev.cfg",
        "0004f200000g-dev.cfg",
        "0004f2000001-dev.cfg.bak",
        "x0004f2000001-dev.cfg",
        "é004f2000001-dev.cfg",
        "sub/0004f2000001-dev.cfg",
        "0004f2000001-dev.cfg/x.cfg",
    ] {
        assert_eq!(phones(dev, &[name]), [""; 0], "{name}");
    }
    let twice = "cfg/a-[PHONE_MAC_ADDRESS]/[PHONE_MAC_ADDRESS].cfg.xml";
    let files = ["cfg/a-0004f2000001/0004f2000001.cfg.xml", "cfg/a-0004f2000002/0004F2000002.cfg.xml"];
    assert_eq!(phones(twice, &files), ["0004F2000001"]);
    for other in [
        "[PHONE_MODEL]-[PHONE_MAC_ADDRESS].x",
        "http://[PHONE_MAC_ADDRESS].x",
        "[PHONE_MAC_ADDRESS]/../x.cfg",
    ] {
        assert_eq!(phones(other, &["0004f2000001.x", "x.cfg"]), [""; 0], "{other}");
    }
}

#[test]
fn a_file_that_is_not_searched_shows_no_phone() {
    let site = Site::new(&[
        ("000000000000.cfg", &master("[PHONE_MAC_ADDRESS]-dev.cfg")),
        ("0004f2a1b2c3-dev.cfg", "<a/>"),
    ]);
    let at = |name: &str| site.folder.path().join(name);
    for (roots, number) in
        [(vec![at("000000000000.cfg")], 0), (vec![at("000000000000.cfg"), at("0004f2a1b2c3-dev.cfg")], 1)]
    {
        let mut builder = TreeBuilder::new(&roots);
        builder.file(&at("000000000000.cfg"), None);
        assert_eq!(builder.build().phones().len(), number, "{roots:?}");
    }
}

#[test]
fn a_watched_tree_changes_with_the_listed_files_of_phones() {
    let site = Site::new(&[
        ("a/000000000000.cfg", &master("../phones/[PHONE_MAC_ADDRESS]-dev.cfg")),
        ("phones/x", ""),
    ]);
    let at = |name: &str| site.folder.path().join(name);
    let mut builder = TreeBuilder::new(&[site.folder.path().to_owned()]);
    builder.file(&at("a/000000000000.cfg"), None);
    let tree = builder.watched().build();
    assert!(tree.phones().is_empty() && tree.has_same_names());
    std::fs::write(at("phones/0004f2000001-app.log"), "").unwrap();
    assert!(tree.has_same_names(), "a log is no configuration");
    std::fs::write(at("phones/0004f2000001-dev.cfg"), "<a/>").unwrap();
    assert!(!tree.has_same_names() && !tree.is_unchanged());
}

#[test]
fn a_phone_without_a_log_reads_the_only_master_that_lists_its_file() {
    let (own, level) =
        (master("../phones/[PHONE_MAC_ADDRESS]-dev.cfg"), element(&[("log.render.level", "2")]));
    let files = |second: &str| {
        let second = master(second);
        let site = Site::new(&[
            ("a/000000000000.cfg", &*own),
            ("b/000000000000.cfg", &second),
            ("phones/0004f2a1b2c3-dev.cfg", &level),
        ]);
        let configs = [&site.tree, &site.members].map(|tree| resolve(tree, mac(), &PhoneKind::UNKNOWN, &[]));
        configs.map(|config| config.get("log.render.level").is_some())
    };
    assert_eq!(files("[PHONE_MAC_ADDRESS]-dev.cfg"), [true; 2]);
    assert_eq!(files("../phones/[PHONE_MAC_ADDRESS]-dev.cfg"), [false; 2]);
}

#[test]
fn an_unreadable_master_that_no_phone_reads_is_no_problem() {
    let dtd = "<!DOCTYPE a [<!ENTITY b 'c'>]><a CONFIG_FILES='[PHONE_MAC_ADDRESS]-dev.cfg'/>";
    let site =
        Site::new(&[("a/000000000000.cfg", dtd), ("000000000000.cfg", &master("x.cfg")), ("x.cfg", "<a/>")]);
    let _ = site.tree.phones();
    let _ = site.config();
    assert!(site.tree.problems().is_empty(), "{:?}", site.tree.problems());
    let _ = resolve(&site.tree, mac(), &PhoneKind::UNKNOWN, &[site.folder.path().join("a")]);
    assert_eq!(site.tree.problems().len(), 1);
}
