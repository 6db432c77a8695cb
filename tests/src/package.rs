//! Packages for tests, made with tools of others: `qemu-img` for the disks, `tar` for the archive,
//! `sha256sum` for the manifest.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The licence agreement of every package.
pub const LICENCE: &str = "You may deploy this for tests.";

/// A package that was made.
pub struct TestPackage {
    /// The archive.
    pub ova: PathBuf,
    /// Its disks, as they are in it.
    pub disks: Vec<PathBuf>,
}

impl TestPackage {
    /// Makes `box.ova` in `folder`, with disks that hold about so many bytes each.
    ///
    /// # Panics
    /// When a tool is missing or fails.
    #[must_use]
    pub fn make(folder: &Path, content: &[usize]) -> Self {
        let parts = folder.join("parts");
        make_folder(&parts);
        let mut names = Vec::new();
        for (number, bytes) in content.iter().enumerate() {
            names.push(disk(&parts, number, *bytes));
        }
        describe(&parts, &names);
        let ova = folder.join("box.ova");
        let disks = names.iter().map(|name| parts.join(name)).collect();
        pack(&parts, &ova, &["box.ovf", "box.mf"], &names);
        Self { ova, disks }
    }

    /// Compresses the disks: the descriptor beside them and a new archive there name compressed files.
    ///
    /// # Panics
    /// When a tool is missing or fails.
    pub fn compress(&self) {
        let parts = self.parts();
        let mut names = Vec::new();
        for disk in &self.disks {
            run(Command::new("gzip").args(["--keep", "--no-name", "--force"]).arg(disk));
            let name = disk.file_name().unwrap_or_default().to_string_lossy();
            names.push(format!("{name}.gz"));
        }
        describe(parts, &names);
        pack(parts, &parts.join("box.ova"), &["box.ovf", "box.mf"], &names);
    }

    /// Changes one byte in the middle of the first compressed disk and of its archive.
    ///
    /// # Panics
    /// When a file cannot be changed.
    pub fn damage_compressed(&self) {
        flip(&self.parts().join("disk0.vmdk.gz"));
        flip(&self.parts().join("box.ova"));
    }

    fn parts(&self) -> &Path {
        self.disks.first().and_then(|disk| disk.parent()).unwrap_or(Path::new("."))
    }

    /// Changes one byte in the middle of the archive: content that the manifest does not vouch for.
    ///
    /// # Panics
    /// When the file cannot be changed.
    pub fn damage(&self) {
        flip(&self.ova);
    }

    /// Cuts the last part of the archive off.
    ///
    /// # Panics
    /// When the file cannot be changed.
    pub fn truncate(&self) {
        let mut bytes = read(&self.ova);
        bytes.truncate(bytes.len() / 3);
        write(&self.ova, &bytes);
    }
}

/// Writes descriptor and manifest for these files.
fn describe(parts: &Path, names: &[String]) {
    write(&parts.join("box.ovf"), descriptor(parts, names).as_bytes());
    let mut members = vec!["box.ovf".to_owned()];
    members.extend(names.iter().cloned());
    let sums = run(Command::new("sha256sum").args(&members).current_dir(parts));
    let line = |line: &str| {
        let (digest, name) = line.split_once("  ").unwrap_or_default();
        format!("SHA256({name})= {digest}\n")
    };
    let manifest: String = sums.lines().map(line).collect();
    write(&parts.join("box.mf"), manifest.as_bytes());
}

fn flip(path: &Path) {
    let mut bytes = read(path);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    write(path, &bytes);
}

/// A stream-optimized disk with content that does not compress.
fn disk(parts: &Path, number: usize, bytes: usize) -> String {
    let (raw, name) = (parts.join(format!("{number}.raw")), format!("disk{number}.vmdk"));
    let size = bytes.next_multiple_of(1 << 20).max(1 << 20);
    write_noise(&raw, bytes, size);
    let convert = ["convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized"];
    run(Command::new("qemu-img").args(convert).arg(&raw).arg(parts.join(&name)));
    drop(std::fs::remove_file(raw));
    name
}

/// Noise that is the same on every machine, piece by piece.
#[expect(clippy::unwrap_used, reason = "a test without its file has failed")]
fn write_noise(path: &Path, bytes: usize, size: usize) {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..bytes / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes()).unwrap();
    }
    let file = file.into_inner().unwrap();
    file.set_len(size as u64).unwrap();
}

fn pack(parts: &Path, ova: &Path, first: &[&str], disks: &[String]) {
    let mut tar = Command::new("tar");
    tar.args(["--format=ustar", "--owner=0", "--group=0", "--mtime=@0", "-cf"]).arg(ova);
    run(tar.args(first).args(disks).current_dir(parts));
}

fn descriptor(parts: &Path, names: &[String]) -> String {
    let mut files = String::new();
    let mut disks = String::new();
    let mut items = String::new();
    for (number, name) in names.iter().enumerate() {
        let size = std::fs::metadata(parts.join(name)).map_or(0, |file| file.len());
        let is_compressed = name.ends_with(".gz");
        let how = if is_compressed { " ovf:compression=\"gzip\"" } else { "" };
        files.push_str(&format!(
            "<File ovf:id=\"file{number}\" ovf:href=\"{name}\" ovf:size=\"{size}\"{how}/>\n"
        ));
        disks.push_str(&format!(
            "<Disk ovf:diskId=\"vmdisk{number}\" ovf:fileRef=\"file{number}\" ovf:capacity=\"8\" \
             ovf:capacityAllocationUnits=\"byte * 2^30\" ovf:format=\"http://www.vmware.com/interfaces/\
             specifications/vmdk.html#streamOptimized\"/>\n"
        ));
        items.push_str(&format!(
            "<Item><rasd:AddressOnParent>{number}</rasd:AddressOnParent>\
             <rasd:ElementName>disk{number}</rasd:ElementName>\
             <rasd:HostResource>ovf:/disk/vmdisk{number}</rasd:HostResource>\
             <rasd:InstanceID>{}</rasd:InstanceID><rasd:Parent>3</rasd:Parent>\
             <rasd:ResourceType>17</rasd:ResourceType></Item>\n",
            10 + number
        ));
    }
    include_str!("package.ovf")
        .replace("@FILES@", &files)
        .replace("@DISKS@", &disks)
        .replace("@ITEMS@", &items)
        .replace("@LICENCE@", LICENCE)
}

#[expect(clippy::unwrap_used, reason = "a tool that fails is a failed test")]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[expect(clippy::unwrap_used, reason = "a test without its file has failed")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[expect(clippy::unwrap_used, reason = "a test without its file has failed")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[expect(clippy::unwrap_used, reason = "a test without its folder has failed")]
fn make_folder(path: &Path) {
    std::fs::create_dir_all(path).unwrap();
}
