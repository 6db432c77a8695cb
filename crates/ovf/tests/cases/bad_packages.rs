//! Bad packages: each is refused with its own words, whether it lies on a disk or comes in one pass, and no file comes
//! out of it whole and wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use ovf::Algorithm;
use tar::{Builder, EntryType};

use crate::making::{
    archive, contents, envelope, header, manifest, members, opened, streamed, vouched,
};

/// A package, and what must be said of it; ` | ` where the two ways say it differently.
struct Bad {
    what: &'static str,
    archive: Vec<u8>,
    words: &'static str,
}

fn bad(what: &'static str, archive: Vec<u8>, words: &'static str) -> Bad {
    Bad { what, archive, words }
}

fn refuse(all: Vec<Bad>) {
    let good = members();
    for Bad { what, archive, words } in all {
        for (way, outcome) in [("opened", opened(&archive)), ("streamed", streamed(&archive))] {
            let refused = outcome.refused.unwrap_or_else(|| panic!("{what}, {way}: accepted"));
            let told = words.split(" | ").any(|words| refused.contains(words));
            assert!(told, "{what}, {way}: {refused}");
            for (name, content) in outcome.partial {
                let original = good.iter().find(|(one, _)| *one == name);
                let complete = original.is_some_and(|(_, whole)| content.len() >= whole.len());
                assert!(!complete, "{what}, {way}: all of `{name}` came out");
            }
        }
    }
}

/// A good archive with something done to its members.
fn with(change: impl FnOnce(&mut Vec<(&'static str, Vec<u8>)>)) -> Vec<u8> {
    let mut members = vouched(Algorithm::Sha256);
    change(&mut members);
    archive(&members)
}

/// A good archive with another member behind, whose header is made by hand.
fn with_entry(name: &str, kind: EntryType, content: &[u8]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, content) in members() {
        builder
            .append(&header(name, EntryType::Regular, content.len() as u64), &content[..])
            .unwrap();
    }
    builder.append(&header(name, kind, content.len() as u64), content).unwrap();
    builder.into_inner().unwrap()
}

/// An archive of a descriptor and files that it tells so.
fn told(files: &str, more: &str, members: Vec<(&'static str, Vec<u8>)>) -> Vec<u8> {
    let mut all = vec![("box.ovf", envelope(files, more).into_bytes())];
    all.extend(members);
    archive(&all)
}

fn file(href: &str) -> String {
    format!("<File ovf:id='f' ovf:href='{href}'/>")
}

#[test]
fn what_is_no_package_is_refused() {
    let (one, _) = contents();
    let backwards: Vec<_> = members().into_iter().rev().collect();
    refuse(vec![
        bad("nothing", Vec::new(), "is no OVF package: it is empty"),
        bad("noise", one.repeat(9), "it is no tar archive"),
        bad("zeros", vec![0; 10_240], "it is no tar archive"),
        bad("zip", b"PK\x03\x04 and so on".to_vec(), "zip archive; unpack it first"),
        bad("gzip", b"\x1f\x8b\x08 and so on".to_vec(), "decompress it first"),
        bad("disk", b"KDMV and so on".to_vec(), "a disk (VMDK) without its descriptor"),
        bad("disk first", archive(&backwards), "begins with `b.iso`, not with a descriptor"),
        bad("no XML", archive(&[("a.ovf", one)]), "not text in UTF-8"),
        bad("page", archive(&[("a.ovf", b"<html/>".to_vec())]), "but `html`"),
        bad("huge", archive(&[("a.ovf", vec![b' '; (8 << 20) + 1])]), "more than the 8388608"),
    ]);
}

#[test]
fn wrong_digests_are_refused() {
    let flip = |name: &'static str| {
        with(|members| {
            let (_, content) = members.iter_mut().find(|(one, _)| *one == name).unwrap();
            let last = content.len() - 1;
            content[last] ^= 1;
        })
    };
    let late = |change: fn(&mut Vec<u8>)| {
        let mut all = members();
        let manifest = manifest(Algorithm::Sha512, &all);
        change(&mut all[2].1);
        all.push(("box.mf", manifest));
        archive(&all)
    };
    let descriptor = with(|members| members[0].1.push(b'\n'));
    refuse(vec![
        bad("first file", flip("a.vmdk"), "the content of `a.vmdk` does not match the manifest"),
        bad("second file", flip("b.iso"), "the content of `b.iso` does not match the manifest"),
        bad("descriptor", descriptor, "the content of `box.ovf` does not match the manifest"),
        bad("shorter", with(|m| m[3].1.truncate(699)), "the content of `b.iso` does not match"),
    ]);
    // With the manifest behind the files, the verdict comes when everything was passed on.
    let changed = late(|content| content[0] ^= 1);
    assert!(opened(&changed).refused.unwrap().contains("`b.iso` does not match"));
    let streamed = streamed(&changed);
    assert!(streamed.refused.unwrap().contains("`b.iso` does not match"));
    assert_eq!(streamed.whole.len(), 2);
}

#[test]
fn manifests_that_do_not_fit_are_refused() {
    let extra = |members: &mut Vec<(&str, Vec<u8>)>| {
        let line = format!("SHA1(c.iso)= {}\n", "0".repeat(40));
        members[1].1.extend(line.into_bytes());
    };
    let uncovered = |members: &mut Vec<(&str, Vec<u8>)>| {
        let manifest = String::from_utf8(members[1].1.clone()).unwrap();
        members[1].1 = manifest.lines().take(2).collect::<Vec<_>>().join("\n").into_bytes();
    };
    let twice = |members: &mut Vec<(&str, Vec<u8>)>| {
        let line = format!("SHA256(a.vmdk)= {}\n", "0".repeat(64));
        members[1].1.extend(line.into_bytes());
    };
    refuse(vec![
        bad("extra", with(extra), "lists `c.iso`, which the package does not have"),
        bad("uncovered", with(uncovered), "has no digest for `b.iso`"),
        bad("twice", with(twice), "two different digests for `a.vmdk`"),
        bad("prose", with(|m| m[1].1 = b"all is well\n".to_vec()), "line 1 of the manifest"),
        bad("empty", with(|m| m[1].1.clear()), "lists no file"),
        bad("large", with(|m| m[1].1 = vec![b'\n'; (4 << 20) + 1]), "is too large"),
        bad("certificate", with(|m| m.insert(2, ("box.cert", b"x".to_vec()))), "no certificate"),
        bad("certificate alone", with(|m| m[1].0 = "box.cert"), "but the package has none"),
    ]);
}

#[test]
fn files_that_are_missing_or_too_many_are_refused() {
    let again = |members: &mut Vec<(&'static str, Vec<u8>)>| members.push(members[3].clone());
    let stranger = |members: &mut Vec<(&str, Vec<u8>)>| members.push(("c.iso", vec![1]));
    refuse(vec![
        bad("missing", told(&file("c"), "", vec![]), "lacks `c`, which its descriptor refers to"),
        bad("duplicate", with(again), "two members called `b.iso`"),
        bad("unreferenced", with(stranger), "has `c.iso`, which the descriptor does not refer to"),
        bad("other manifest", with(|m| m[1].0 = "other.mf"), "has `other.mf`, which the descr"),
        bad(
            "same name twice",
            told(&format!("{}<File ovf:id='g' ovf:href='./c'/>", file("c")), "", vec![]),
            "two file names called `c`",
        ),
    ]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let named = |name: &str| with_entry(name, EntryType::Regular, b"content");
    refuse(vec![
        bad("traversal", named("../b.iso"), "`../b.iso`: the name leads out of the package"),
        bad("traversal within", named("a/../../b"), "the name leads out of the package"),
        bad("absolute", named("/etc/passwd"), "`/etc/passwd`: the name is absolute"),
        bad("backslashes", named("..\\b.iso"), "the name leads out of the package"),
        bad("drive", named("C:b.iso"), "the name is absolute"),
        bad("odd", named("b\n.iso"), "the name has a control character"),
        bad("told traversal", told(&file("../c"), "", vec![]), "leads out of the package"),
        bad("told encoded", told(&file("%2e%2e/c"), "", vec![]), "leads out of the package"),
        bad("told absolute", told(&file("/c"), "", vec![]), "the name is absolute"),
        bad("told address", told(&file("http://e.example/c"), "", vec![]), "is an address"),
    ]);
}

#[test]
fn links_and_special_entries_are_refused() {
    let entry = |kind| with_entry("b", kind, b"");
    refuse(vec![
        bad("symbolic link", entry(EntryType::Symlink), "`b`, which is a symbolic link"),
        bad("hard link", entry(EntryType::Link), "`b`, which is a hard link"),
        bad("device", entry(EntryType::Block), "`b`, which is a device"),
        bad("folder", entry(EntryType::Directory), "`b`, which is a folder"),
        bad("pipe", entry(EntryType::Fifo), "`b`, which is a named pipe"),
        bad("sparse", entry(EntryType::GNUSparse), "`b`, which is a sparse file"),
        bad("global", entry(EntryType::XGlobalHeader), "a global extended header"),
        bad("unknown", entry(EntryType::new(b'Z')), "`b`, which is no plain file"),
    ]);
}

#[test]
fn extended_headers_that_hide_something_are_refused() {
    let pax = |records: &[(&str, &[u8])]| {
        let (one, _) = contents();
        let mut builder = Builder::new(Vec::new());
        let text = envelope(&file("c"), "").into_bytes();
        builder
            .append(&header("box.ovf", EntryType::Regular, text.len() as u64), &text[..])
            .unwrap();
        builder.append_pax_extensions(records.iter().copied()).unwrap();
        builder.append(&header("c", EntryType::Regular, one.len() as u64), &one[..]).unwrap();
        builder.into_inner().unwrap()
    };
    assert_eq!(opened(&pax(&[("mtime", b"1.5"), ("comment", b"a\nb")])).refused, None);
    let raw = |content: &[u8]| with_entry("x", EntryType::XHeader, content);
    refuse(vec![
        bad("size", pax(&[("size", b"1")]), "uses `size`, which has no place"),
        bad("name", pax(&[("path", b"d")]), "uses `path`, which has no place"),
        bad("link", pax(&[("linkpath", b"d")]), "uses `linkpath`, which has no place"),
        bad("sparse", pax(&[("GNU.sparse.major", b"1")]), "uses `GNU.sparse.major`"),
        bad("no list", raw(b"\n12 path=abcd\n"), "an extended header is no list"),
        bad("length beyond", raw(b"99 mtime=1\n"), "an extended header is no list"),
        bad("no size", pax(&[("size", b"-1")]), "an extended header is no list"),
        bad("large", raw(&vec![b'x'; 70_000]), "an extended header is too large"),
        bad("dangling", with_entry("n", EntryType::GNULongName, b"../x"), "has no member"),
    ]);
}

#[test]
fn sizes_that_lie_are_refused() {
    let (one, _) = contents();
    let sized = |size: u64| format!("<File ovf:id='f' ovf:href='c' ovf:size='{size}'/>");
    let member = || vec![("c", contents().0)];
    let in_header = |size: u64| {
        let mut builder = Builder::new(Vec::new());
        let text = envelope(&file("c"), "").into_bytes();
        builder
            .append(&header("box.ovf", EntryType::Regular, text.len() as u64), &text[..])
            .unwrap();
        let mut bytes = builder.into_inner().unwrap();
        bytes.truncate(bytes.len() - 1024);
        bytes.extend_from_slice(header("c", EntryType::Regular, size).as_bytes());
        bytes.extend_from_slice(&one);
        bytes.resize(bytes.len().next_multiple_of(512) + 1024, 0);
        bytes
    };
    assert_eq!(opened(&in_header(1300)).refused, None);
    refuse(vec![
        bad(
            "more declared",
            told(&sized(1301), "", member()),
            "has 1300 bytes, but the descriptor says 1301",
        ),
        bad(
            "less declared",
            told(&sized(1299), "", member()),
            "has 1300 bytes, but the descriptor says 1299",
        ),
        bad(
            "more in the header",
            in_header(13_000),
            "the archive is cut off in or after `c` | `c` ends after",
        ),
        bad("less in the header", in_header(600), "is damaged at byte"),
        bad("endless", in_header(u64::MAX), "size is beyond all bounds"),
        bad(
            "nearly endless",
            in_header(u64::MAX / 2),
            "the archive is cut off in or after `c` | `c` ends after",
        ),
        bad(
            "no number",
            told("<File ovf:id='f' ovf:href='c' ovf:size='-1'/>", "", member()),
            "no usable `size`",
        ),
    ]);
}

#[test]
fn compression_that_lies_is_refused() {
    let gzip = |content: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    };
    let compressed = |size: &str, content: Vec<u8>| {
        let file = format!("<File ovf:id='f' ovf:href='c' ovf:compression='gzip' {size}/>");
        let disk = "<DiskSection><Disk ovf:diskId='d' ovf:capacity='1' ovf:fileRef='f' \
                    ovf:capacityAllocationUnits='byte * 2^20'/></DiskSection>";
        told(&file, disk, vec![("c", content)])
    };
    let (one, _) = contents();
    assert_eq!(opened(&compressed("", gzip(&one))).whole, [("c".to_owned(), one.clone())]);
    let mut cut = gzip(&one);
    cut.truncate(cut.len() - 5);
    let zeros = gzip(&vec![0; 20 << 20]);
    let unknown = "<File ovf:id='f' ovf:href='c' ovf:compression='bzip2'/>";
    refuse(vec![
        bad("bomb", compressed("", zeros), "would decompress to more than"),
        bad("plain", compressed("", one.clone()), "`c` cannot be decompressed"),
        bad("cut", compressed("", cut), "`c` cannot be decompressed"),
        bad("size", compressed("ovf:size='1299'", gzip(&one)), "longer than the 1299 bytes"),
        bad("unknown", told(unknown, "", vec![("c", one)]), "is compressed with `bzip2`"),
    ]);
}
