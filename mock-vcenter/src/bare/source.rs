//! What a bare machine is booted from: [`BootSource`].

use std::path::PathBuf;

/// Where the script is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootSource {
    /// The script's own address.
    Url(String),
    /// A `boot.cfg`, which need not exist yet.
    BootCfg(PathBuf),
}

impl From<&str> for BootSource {
    fn from(text: &str) -> Self {
        match text.starts_with("http://") {
            true => Self::Url(text.to_owned()),
            false => Self::BootCfg(text.into()),
        }
    }
}

impl BootSource {
    /// The address of the script, once it is told.
    pub(super) fn address(&self) -> Option<String> {
        match self {
            Self::Url(url) => Some(url.clone()),
            Self::BootCfg(path) => {
                let text = std::fs::read_to_string(path).ok()?;
                let options = text.lines().find_map(|line| line.strip_prefix("kernelopt="))?;
                let mut options = options.split_whitespace();
                // Without this word the loader starts no installer.
                options.clone().find(|option| *option == "runweasel")?;
                options.find_map(|option| option.strip_prefix("ks=")).map(str::to_owned)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_tell_the_address_of_the_script() {
        let path = std::env::temp_dir().join(format!("boot-{}.cfg", std::process::id()));
        let source = BootSource::from(path.to_string_lossy().as_ref());
        assert_eq!(source.address(), None, "there is no such file");
        let table = [
            ("kernelopt=runweasel ks=http://h/ks.cfg ip=1.2.3.4\n", Some("http://h/ks.cfg")),
            ("title=a\nkernelopt=ks=http://h/ks.cfg runweasel\n", Some("http://h/ks.cfg")),
            ("kernelopt=ks=http://h/ks.cfg\n", None),
            ("kernelopt=runweasel\n", None),
        ];
        for (text, expected) in table {
            std::fs::write(&path, text).unwrap();
            assert_eq!(source.address().as_deref(), expected, "{text}");
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(BootSource::from("http://h/a").address().as_deref(), Some("http://h/a"));
    }
}
