//! Packages that other tools made: disks by `qemu-img`, digests and signatures by `openssl`, archives by GNU `tar`,
//! parts by `split`, compression by `gzip`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use ovf::{Package, PackageStream, Signature, SignerDoubt};
use tempfile::TempDir;

use crate::making::{contents, envelope, words};

/// Runs a program in `folder` and gives what it says.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("`{program}` must be installed: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with two stream-optimised disks and their descriptor.
fn disks() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (one, other) = contents();
    for (name, content) in [("disk1", one), ("disk2", other)] {
        let mut raw = content.repeat(900);
        raw.resize(4 << 20, 0);
        fs::write(path.join(name), raw).unwrap();
        let vmdk = format!("{name}.vmdk");
        let options = ["-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized"];
        let arguments = [&["convert"], &options[..], &[name, &vmdk]].concat();
        run(path, "qemu-img", &arguments);
    }
    let file = |number: u32| {
        let size = fs::metadata(path.join(format!("disk{number}.vmdk"))).unwrap().len();
        format!("<File ovf:id='file{number}' ovf:href='disk{number}.vmdk' ovf:size='{size}'/>")
    };
    let disk = |number: u32| {
        format!(
            "<Disk ovf:diskId='vmdisk{number}' ovf:capacity='4' ovf:fileRef='file{number}' \
             ovf:capacityAllocationUnits='byte * 2^20'/>"
        )
    };
    let section = format!("<DiskSection>{}{}</DiskSection>", disk(1), disk(2));
    let text = envelope(&format!("{}{}", file(1), file(2)), &section);
    fs::write(path.join("box.ovf"), text).unwrap();
    folder
}

const FILES: [&str; 3] = ["box.ovf", "disk1.vmdk", "disk2.vmdk"];

/// A manifest in OpenSSL's words, and a certificate whose key signed it.
fn sign(folder: &Path, digest: &str, key: &[&str]) {
    let manifest = run(folder, "openssl", &[&["dgst", digest], &FILES[..]].concat());
    fs::write(folder.join("box.mf"), manifest).unwrap();
    let request = ["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=Test Vendor/O=Acme"];
    let files = ["-keyout", "key.pem", "-out", "cert.pem"];
    run(folder, "openssl", &[&request, key, &files[..]].concat());
    let signature = run(folder, "openssl", &["dgst", digest, "-sign", "key.pem", "-hex", "box.mf"]);
    let (_, hex) = signature.rsplit_once("= ").unwrap();
    let name = digest.trim_start_matches('-').to_uppercase();
    let certificate = fs::read_to_string(folder.join("cert.pem")).unwrap();
    fs::write(folder.join("box.cert"), format!("{name}(box.mf)= {hex}\n{certificate}")).unwrap();
}

fn pack(folder: &Path, format: &str, files: &[&str]) {
    run(folder, "tar", &[&["-cf", "box.ova", "--format", format], files].concat());
}

/// Reads the archive in both ways, and holds what comes out against the files.
fn read(folder: &Path) -> Package {
    let package = Package::open(&folder.join("box.ova")).unwrap();
    let archive = fs::File::open(folder.join("box.ova")).unwrap();
    let mut stream = PackageStream::begin("box.ova", archive).unwrap();
    for file in package.files() {
        let original = fs::read(folder.join(&file.reference().href)).unwrap();
        let mut streamed = stream.next_file().unwrap().unwrap();
        for reader in [&mut file.reader(), &mut streamed.reader] {
            let mut content = Vec::new();
            std::io::copy(reader, &mut content).unwrap();
            assert!(content == original, "`{}` changed on its way", reader.name());
        }
    }
    stream.finish().unwrap();
    package
}

#[test]
fn signed_packages_of_every_digest_and_format_are_read() {
    let folder = disks();
    let path = folder.path();
    let rsa = ["-newkey", "rsa:2048"];
    for (digest, format) in [("-sha1", "ustar"), ("-sha256", "gnu"), ("-sha512", "pax")] {
        sign(path, digest, &rsa);
        pack(path, format, &["box.ovf", "box.mf", "box.cert", "disk1.vmdk", "disk2.vmdk"]);
        let package = read(path);
        let Signature::Valid(signer) = package.signature() else {
            panic!("{digest}: {:?}", package.signature());
        };
        assert_eq!(signer.subject, "CN=Test Vendor, O=Acme");
        let shown =
            run(path, "openssl", &["x509", "-in", "cert.pem", "-noout", "-fingerprint", "-sha256"]);
        let fingerprint = shown.trim().rsplit_once('=').unwrap().1.replace(':', "").to_lowercase();
        assert_eq!(signer.sha256, fingerprint);
        let day = Duration::from_secs(86_400);
        let now = SystemTime::now();
        assert_eq!(signer.doubts(now + day), [SignerDoubt::SelfSigned]);
        assert_eq!(signer.doubts(now + 31 * day)[0], SignerDoubt::Expired);
        assert_eq!(signer.doubts(now - day)[0], SignerDoubt::NotYetValid);
    }
}

#[test]
fn a_signature_that_is_not_of_this_manifest_is_refused() {
    let folder = disks();
    let path = folder.path();
    sign(path, "-sha256", &["-newkey", "rsa:2048"]);
    let manifest = fs::read_to_string(path.join("box.mf")).unwrap();
    fs::write(path.join("box.mf"), manifest.replace('\n', "\r\n")).unwrap();
    let all = ["box.ovf", "disk1.vmdk", "disk2.vmdk", "box.mf", "box.cert"];
    pack(path, "ustar", &all);
    let refused = words(&Package::open(&path.join("box.ova")).unwrap_err());
    assert!(
        refused.contains("is not one of the manifest by `CN=Test Vendor, O=Acme`"),
        "{refused}"
    );
    // A key of a kind that cannot be checked is no proof of anything, and no mistake either.
    sign(path, "-sha256", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    pack(path, "ustar", &all);
    assert!(matches!(read(path).signature(), Signature::NotChecked(_)));
}

#[test]
fn parts_by_split_and_compression_by_gzip_are_read() {
    let folder = disks();
    let path = folder.path();
    let size = fs::metadata(path.join("disk1.vmdk")).unwrap().len();
    run(path, "split", &["-b", "1500", "-d", "-a", "9", "disk1.vmdk", "disk1.vmdk."]);
    run(path, "gzip", &["-k", "disk2.vmdk"]);
    let compressed = fs::metadata(path.join("disk2.vmdk.gz")).unwrap().len();
    let files = format!(
        "<File ovf:id='file1' ovf:href='disk1.vmdk' ovf:size='{size}' ovf:chunkSize='1500'/>\
         <File ovf:id='file2' ovf:href='disk2.vmdk.gz' ovf:size='{compressed}' ovf:compression='gzip'/>"
    );
    fs::write(path.join("box.ovf"), envelope(&files, "")).unwrap();
    run(path, "sh", &["-c", "openssl dgst -sha256 box.ovf disk1.vmdk.0* disk2.vmdk.gz > box.mf"]);
    run(path, "sh", &["-c", "tar -cf box.ova box.ovf box.mf disk1.vmdk.0* disk2.vmdk.gz"]);
    for name in ["box.ova", "box.ovf"] {
        let package = Package::open(&path.join(name)).unwrap();
        for (id, original) in [("file1", "disk1.vmdk"), ("file2", "disk2.vmdk")] {
            let mut content = Vec::new();
            std::io::copy(&mut package.reader(id).unwrap(), &mut content).unwrap();
            assert!(content == fs::read(path.join(original)).unwrap(), "{original} from {name}");
        }
    }
}

#[test]
fn long_names_of_every_format_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let long = format!("{}.vmdk", "a".repeat(150));
    fs::write(path.join(&long), b"content").unwrap();
    let file = format!("<File ovf:id='f' ovf:href='{long}'/>");
    fs::write(path.join("box.ovf"), envelope(&file, "")).unwrap();
    for format in ["gnu", "pax"] {
        pack(path, format, &["box.ovf", &long]);
        read(path);
    }
}
