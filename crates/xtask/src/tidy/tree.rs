//! The files of the repository as text: [`Tree`]. Build output, hidden folders and generated code stay out.

use std::fs;
use std::path::Path;

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 3] = ["target", "generated", "node_modules"];
/// Hidden folders that belong to the project all the same.
const KEPT: [&str; 3] = [".ci", ".cargo", ".config"];
/// Endings of files that are read as text; files without an ending are read too.
const TEXT: [&str; 8] = ["rs", "md", "toml", "py", "sh", "yaml", "yml", "txt"];

/// All files, sorted by path.
pub(crate) struct Tree {
    files: Vec<File>,
}

/// One file.
pub(crate) struct File {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl Tree {
    /// Reads the tree under `root`.
    ///
    /// # Errors
    /// A sentence that names what could not be read.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Tree { files })
    }

    /// A tree made of these paths and texts.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let file = |(path, text): (&str, &str)| File { path: path.into(), text: text.into() };
        Tree { files: files.map(file).into() }
    }

    /// All files.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// Files of Rust code.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Files under a folder (written with a closing `/`).
    pub(crate) fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder))
    }

    /// What a file holds; nothing when there is no such file.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }
}

impl File {
    /// The last part of the path without its ending.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Whether it is compiled for tests only: in a `tests` folder, or named after tests.
    pub(crate) fn is_test(&self) -> bool {
        let in_tests = self.path.starts_with("tests/") || self.path.contains("/tests/");
        in_tests
            || self.stem() == "tests"
            || self.stem() == "testing"
            || self.stem().ends_with("_tests")
    }

    /// The lines before an inline test module; none of a test file.
    pub(crate) fn production(&self) -> impl Iterator<Item = &str> {
        let end = if self.is_test() { 0 } else { usize::MAX };
        let lines: Vec<&str> = self.text.lines().collect();
        let opens = |at: usize| {
            let module = lines.get(at + 1).is_some_and(|line| line.ends_with('{'));
            let name = lines.get(at + 1).is_some_and(|line| line.starts_with("mod "));
            lines[at] == "#[cfg(test)]" && module && name
        };
        let cut = (0..lines.len()).find(|at| opens(*at)).unwrap_or(lines.len());
        lines.into_iter().take(cut.min(end))
    }
}

fn collect(root: &Path, below: &str, files: &mut Vec<File>) -> Result<(), String> {
    let folder = root.join(below);
    let failed = |what: &Path, e: std::io::Error| format!("cannot read `{}`: {e}", what.display());
    for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
        let entry = entry.map_err(|e| failed(&folder, e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(|e| failed(&entry.path(), e))?;
        if kind.is_dir() && is_ours(&name) {
            collect(root, &path, files)?;
        } else if kind.is_file() && is_text(&name) {
            // Some bad playbooks are not UTF-8 on purpose.
            let bytes = fs::read(entry.path()).map_err(|e| failed(&entry.path(), e))?;
            files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    Ok(())
}

fn is_ours(folder: &str) -> bool {
    let hidden = folder.starts_with('.') || folder.starts_with("__");
    KEPT.contains(&folder) || (!hidden && !SKIPPED.contains(&folder))
}

fn is_text(name: &str) -> bool {
    match name.rsplit_once('.') {
        None => true,
        Some(("", _)) => false,
        Some((_, ending)) => TEXT.contains(&ending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn production(path: &str, text: &str) -> String {
        Tree::of([(path, text)]).files()[0].production().collect::<Vec<_>>().join("|")
    }

    #[test]
    fn inline_tests_are_cut_off_and_declared_ones_are_not() {
        let inline = "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(production("src/a.rs", inline), "//! A.|fn a() {}");
        let declared = "#[cfg(test)]\nmod tests;\nfn a() {}";
        assert_eq!(production("src/a.rs", declared), "#[cfg(test)]|mod tests;|fn a() {}");
        assert_eq!(production("crates/a/tests/a.rs", "fn a() {}"), "");
        assert_eq!(production("src/a/tests.rs", "fn a() {}"), "");
    }
}
