//! The small image that carries `KS.CFG`.
//!
//! ISO 9660 at its first level: names in upper case, eight and three letters, which every installer reads.

use std::io::{self, Cursor};

use hadris_iso::sync::read::PathSeparator;
use hadris_iso::sync::write::options::{BaseIsoLevel, CreationFeatures, IsoFormatOptions};
use hadris_iso::sync::write::{InputEntry, InputTree, IsoImageWriter};

const VOLUME: &str = "KICKSTART";
const SCRIPT: &str = "KS.CFG";
const SECTOR: usize = 2048;

/// An image with this script.
pub(super) fn image(script: &str) -> io::Result<Vec<u8>> {
    let files = InputTree::new(
        PathSeparator::ForwardSlash,
        vec![InputEntry::file(SCRIPT, script.as_bytes())],
    );
    let first_level = BaseIsoLevel::Level1 { supports_lowercase: false, supports_rrip: false };
    let options = IsoFormatOptions {
        volume_name: VOLUME.to_owned(),
        system_id: None,
        volume_set_id: None,
        publisher_id: None,
        preparer_id: None,
        application_id: None,
        sector_size: SECTOR,
        features: CreationFeatures { filenames: first_level, ..CreationFeatures::default() },
        path_separator: PathSeparator::ForwardSlash,
        strict_charset: false,
    };
    let written = IsoImageWriter::create(Cursor::new(Vec::new()), files, options);
    Ok(written.map_err(io::Error::other)?.into_inner())
}

/// Whether an image carries exactly this script. Images differ by the time they were made, so only the file
/// in them is compared: it fills sectors of its own, and what is left of the last one is zero.
pub(super) fn carries(image: &[u8], script: &str) -> bool {
    let ends =
        |rest: &[u8]| rest.iter().take(SECTOR - script.len() % SECTOR).all(|byte| *byte == 0);
    let starts = (0..image.len()).step_by(SECTOR);
    let mut contents = starts.filter_map(|at| image[at..].strip_prefix(script.as_bytes()));
    !script.is_empty() && contents.any(ends)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn said(program: &str, words: &[&str], folder: &Path) -> String {
        let output = Command::new(program)
            .args(words)
            .current_dir(folder)
            .output()
            .unwrap_or_else(|error| panic!("{program} is not installed: {error}"));
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn script(lines: usize) -> String {
        "network --bootproto=static --device=vmnic0\n".repeat(lines)
    }

    #[test]
    fn isoinfo_and_xorriso_read_the_script_from_it() {
        for lines in [1, 48, 400] {
            let (folder, script) = (tempfile::tempdir().unwrap(), script(lines));
            std::fs::write(folder.path().join("ks.iso"), image(&script).unwrap()).unwrap();
            let listed = said("isoinfo", &["-f", "-i", "ks.iso"], folder.path());
            assert_eq!(listed.trim(), "/KS.CFG;1");
            let read = said("isoinfo", &["-x", "/KS.CFG;1", "-i", "ks.iso"], folder.path());
            assert_eq!(read, script);
            let about = said("isoinfo", &["-d", "-i", "ks.iso"], folder.path());
            assert!(about.contains("Volume id: KICKSTART"), "{about}");
            let words = ["-indev", "ks.iso", "-osirrox", "on", "-extract", "/KS.CFG", "out.cfg"];
            said("xorriso", &words, folder.path());
            assert_eq!(std::fs::read_to_string(folder.path().join("out.cfg")).unwrap(), script);
        }
    }

    #[test]
    fn an_image_carries_its_own_script_and_no_other() {
        let (long, short) = (script(60), script(59));
        let image = image(&long).unwrap();
        assert!(carries(&image, &long));
        assert!(!carries(&image, &short), "the first lines of a script are another script");
        assert!(!carries(&image, &format!("{long}reboot\n")));
        assert!(!carries(&[], &long) && !carries(&image, ""));
    }
}
