//! Descriptors with their files beside them.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;

use ovf::{Algorithm, Package};
use tempfile::TempDir;

use crate::making::{envelope, manifest, members, words};

fn folder(members: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in members {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn refused(folder: &Path) -> String {
    let opened = Package::open(&folder.join("box.ovf"));
    match opened.and_then(|package| package.verify(|_| ())) {
        Ok(()) => panic!("accepted"),
        Err(error) => words(&error),
    }
}

#[test]
fn a_descriptor_opens_with_the_files_beside_it() {
    let mut all = members();
    all.push(("box.mf", manifest(Algorithm::Sha256, &all)));
    let folder = folder(&all);
    let package = Package::open(&folder.path().join("box.ovf")).unwrap();
    assert_eq!(package.files().len(), 2);
    assert_eq!(package.manifest().unwrap().algorithms(), [Algorithm::Sha256]);
    let mut content = Vec::new();
    package.reader("b").unwrap().read_to_end(&mut content).unwrap();
    assert_eq!(content, all[2].1);
    let mut total = 0;
    package.verify(|read| total = read).unwrap();
    assert_eq!(total, 2000);
}

#[test]
fn a_folder_that_does_not_fit_its_descriptor_is_refused() {
    let mut all = members();
    all.push(("box.mf", manifest(Algorithm::Sha256, &all)));
    let with = |change: &dyn Fn(&Path)| {
        let folder = folder(&all);
        change(folder.path());
        refused(folder.path())
    };
    let gone = with(&|folder| fs::remove_file(folder.join("b.iso")).unwrap());
    assert!(gone.contains("lacks `b.iso`"), "{gone}");
    let longer = with(&|folder| fs::write(folder.join("a.vmdk"), vec![0; 1301]).unwrap());
    assert!(longer.contains("has 1301 bytes, but the descriptor says 1300"), "{longer}");
    let changed = with(&|folder| fs::write(folder.join("b.iso"), vec![0; 700]).unwrap());
    assert!(changed.contains("the content of `b.iso` does not match"), "{changed}");
    let a_folder = with(&|folder| {
        fs::remove_file(folder.join("b.iso")).unwrap();
        fs::create_dir(folder.join("b.iso")).unwrap();
    });
    assert!(a_folder.contains("not a plain file"), "{a_folder}");
}

#[test]
fn a_link_is_followed_only_within_the_folder() {
    let elsewhere = folder(&[("secret", vec![1])]);
    let folder = folder(&[
        ("box.ovf", envelope("<File ovf:id='f' ovf:href='c'/>", "").into_bytes()),
        ("real", vec![2]),
    ]);
    let link = folder.path().join("c");
    symlink(elsewhere.path().join("secret"), &link).unwrap();
    assert!(refused(folder.path()).contains("a link that leads out of the package's folder"));
    fs::remove_file(&link).unwrap();
    symlink("real", &link).unwrap();
    Package::open(&folder.path().join("box.ovf")).unwrap().verify(|_| ()).unwrap();
}

#[test]
fn a_file_that_grows_while_it_is_read_is_noticed() {
    let folder = folder(&members());
    let package = Package::open(&folder.path().join("box.ovf")).unwrap();
    let mut reader = package.reader("a").unwrap();
    reader.read_exact(&mut [0; 100]).unwrap();
    let path = folder.path().join("a.vmdk");
    let mut content = fs::read(&path).unwrap();
    content.push(0);
    fs::write(&path, content).unwrap();
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("longer than the 1300 bytes"), "{error}");
}
