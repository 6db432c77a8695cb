//! Good packages: what comes out is what was put in, in every way to read them.

use std::io::{Cursor, Read};
use std::sync::Arc;

use ovf::{Algorithm, ContentError, Package, PackageError, PackageStream};
use tar::{Builder, EntryType};

use crate::making::{
    Memory, archive, contents, envelope, header, manifest, members, opened, streamed, vouched,
};

fn files() -> Vec<(String, Vec<u8>)> {
    members().into_iter().skip(1).map(|(name, content)| (name.to_owned(), content)).collect()
}

#[test]
fn files_come_out_as_they_were_put_in() {
    let mut all: Vec<Vec<u8>> = Algorithm::ALL.map(|one| archive(&vouched(one))).into();
    all.push(archive(&members()));
    let mut late = members();
    late.push(("box.mf", manifest(Algorithm::Sha512, &members())));
    all.push(archive(&late));
    let dotted: Vec<_> =
        vouched(Algorithm::Sha1).into_iter().map(|(name, c)| (format!("./{name}"), c)).collect();
    all.push(archive(&dotted));
    for bytes in all {
        for outcome in [opened(&bytes), streamed(&bytes)] {
            assert_eq!(outcome.refused, None);
            assert_eq!(outcome.whole, files());
        }
    }
}

#[test]
fn a_file_in_parts_comes_out_in_one_piece() {
    let (one, _) = contents();
    let files = "<File ovf:id='f' ovf:href='c' ovf:size='1300' ovf:chunkSize='600'/>";
    let parts: Vec<Vec<u8>> = one.chunks(600).map(<[u8]>::to_vec).collect();
    let named = ["c.000000000", "c.000000001", "c.000000002"].into_iter().zip(parts);
    let mut all = vec![("box.ovf", envelope(files, "").into_bytes())];
    all.extend(named);
    all.insert(1, ("box.mf", manifest(Algorithm::Sha256, &all)));
    let bytes = archive(&all);
    for outcome in [opened(&bytes), streamed(&bytes)] {
        assert_eq!(outcome.refused, None);
        assert_eq!(outcome.whole, [("c".to_owned(), one.clone())]);
    }
    // A part that is gone, one that is too short, and one with another content.
    let mut gone = all.clone();
    gone.remove(3);
    let mut short = all.clone();
    short[3].1.pop();
    let mut changed = all.clone();
    changed[4].1[0] ^= 1;
    for bad in [gone, short, changed] {
        let bytes = archive(&bad);
        for outcome in [opened(&bytes), streamed(&bytes)] {
            assert!(outcome.refused.is_some_and(|words| words.contains("c.00000000")));
            assert_eq!(outcome.whole, []);
        }
    }
}

#[test]
fn the_last_byte_waits_for_the_verdict_whatever_the_reader_asks_for() {
    let mut members = vouched(Algorithm::Sha256);
    members[2].1[0] ^= 1;
    let content = Arc::new(Memory(Arc::new(archive(&members))));
    let package = Package::from_archive("box.ova", content).unwrap();
    for room in [1, 2, 3, 1299, 1300, 1301, 5000] {
        let mut reader = package.reader("a").unwrap();
        let (mut count, mut buffer) = (0, vec![0; room]);
        let error = loop {
            match reader.read(&mut buffer) {
                Ok(0) => panic!("it ended well"),
                Ok(some) => count += some,
                Err(error) => break error,
            }
        };
        assert!(matches!(ContentError::of(&error), Some(ContentError::Digest { .. })), "{error}");
        assert!(count < 1300, "{count} bytes came out with room for {room}");
    }
}

#[test]
fn several_files_can_be_read_at_once() {
    let content = Arc::new(Memory(Arc::new(archive(&vouched(Algorithm::Sha256)))));
    let package = Package::from_archive("box.ova", content).unwrap();
    let readers: Vec<_> = package.files().iter().map(|file| file.reader()).collect();
    let threads: Vec<_> = readers
        .into_iter()
        .map(|mut reader| {
            std::thread::spawn(move || {
                let mut content = Vec::new();
                reader.read_to_end(&mut content).unwrap();
                (reader.name().to_owned(), content)
            })
        })
        .collect();
    let read: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(read, files());
}

#[test]
fn a_stream_does_not_go_on_before_a_file_was_read() {
    let bytes = archive(&vouched(Algorithm::Sha256));
    let mut stream = PackageStream::begin("box.ova", Cursor::new(bytes.clone())).unwrap();
    let mut first = stream.next_file().unwrap().unwrap();
    assert_eq!((first.reference.id.as_str(), first.reader.size()), ("a", Some(1300)));
    first.reader.read_exact(&mut [0; 1299]).unwrap();
    assert!(matches!(stream.next_file(), Err(PackageError::Unread { name }) if name == "a.vmdk"));
    first.reader.read_to_end(&mut Vec::new()).unwrap();
    drop(stream.next_file().unwrap().unwrap());
    assert!(matches!(stream.finish(), Err(PackageError::Unread { name }) if name == "b.iso"));
    let stream = PackageStream::begin("box.ova", Cursor::new(bytes)).unwrap();
    assert!(matches!(stream.finish(), Err(PackageError::Unread { name }) if name == "a.vmdk"));
}

#[test]
fn headers_of_large_files_are_understood() {
    // A size of 9 GiB, written as GNU and as POSIX do. The content itself is not there.
    let size: u64 = 9 << 30;
    let text = envelope("<File ovf:id='f' ovf:href='c'/>", "").into_bytes();
    let head = |large: &dyn Fn(&mut Builder<Vec<u8>>)| {
        let mut builder = Builder::new(Vec::new());
        builder
            .append(&header("box.ovf", EntryType::Regular, text.len() as u64), &text[..])
            .unwrap();
        large(&mut builder);
        builder.into_inner().unwrap()
    };
    let gnu = head(&|builder| {
        builder.get_mut().extend_from_slice(header("c", EntryType::Regular, size).as_bytes());
    });
    let posix = head(&|builder| {
        let told = size.to_string();
        builder.append_pax_extensions([("size", told.as_bytes())]).unwrap();
        builder.get_mut().extend_from_slice(header("c", EntryType::Regular, 0).as_bytes());
    });
    for bytes in [gnu, posix] {
        let mut stream = PackageStream::begin("box.ova", Cursor::new(bytes)).unwrap();
        let file = stream.next_file().unwrap().unwrap();
        assert_eq!(file.reader.size(), Some(size));
    }
}
