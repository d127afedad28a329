//! Symbolic links among configuration files.

use std::os::unix::fs::symlink;

use super::*;
use crate::problem::ProblemKind;

#[test]
fn a_link_is_followed_wherever_it_leads() {
    let store = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(store.path().join(name), text).unwrap();
    write("master.cfg", &master("here.cfg, site.cfg, site.cfg, conf/more.cfg, no.cfg"));
    write("site.cfg", &element(&[("log.render.level", "6")]));
    write("more.cfg", &element(&[("SCEP.enable", "1")]));
    let site = Site::new(&[("0004f2a1b2c3.cfg", ""), ("here.cfg", "<a/>")]);
    let here = |name: &str| site.folder.path().join(name);
    std::fs::remove_file(here("0004f2a1b2c3.cfg")).unwrap();
    symlink(store.path().join("master.cfg"), here("0004f2a1b2c3.cfg")).unwrap();
    symlink(store.path().join("site.cfg"), here("site.cfg")).unwrap();
    symlink(store.path(), here("conf")).unwrap();
    symlink("nowhere", here("no.cfg")).unwrap();
    let config = site.config();
    let paths: Vec<_> = config.sources.iter().map(|source| source.file.path.rsplit('/').next()).collect();
    assert_eq!(paths, ["0004f2a1b2c3.cfg", "here.cfg", "site.cfg", "more.cfg"].map(Some));
    assert!(config.get("log.render.level").is_some() && config.get("SCEP.enable").is_some());
    // The files that a linked master names are looked for beside the link, as a server does.
    let missing: Vec<_> = config.missing.iter().map(|one| &*one.name).collect();
    assert_eq!(missing, ["no.cfg"]);
    assert_eq!(site.tree.problems(), []);
}

#[test]
fn links_in_a_circle_are_problems_and_pipes_are_no_files() {
    let site = Site::new(&[("0004f2a1b2c3.cfg", &master("a.cfg, b.cfg, sub"))]);
    symlink("b.cfg", site.folder.path().join("a.cfg")).unwrap();
    symlink("a.cfg", site.folder.path().join("b.cfg")).unwrap();
    std::fs::create_dir(site.folder.path().join("sub")).unwrap();
    assert_eq!(site.config().missing.len(), 1);
    let kinds: Vec<_> = site.tree.problems().into_iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::SymlinkLoop; 2]);
}
