//! SHA-256 of files and of what was made from them, to tell whether a step has to be done again.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

#[derive(Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// Each part is preceded by its length, so that no two lists of parts look the same.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update(text.len().to_string());
        self.0.update(":");
        self.0.update(text);
        self
    }

    pub(crate) fn file(self, path: &Path) -> Result<Self> {
        let digest = of_file(path)?;
        Ok(self.text(&digest))
    }

    pub(crate) fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

pub(crate) fn of_file(path: &Path) -> Result<String> {
    let cannot = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = file.read(&mut buffer).with_context(cannot)?;
        match buffer.get(..length) {
            Some([]) | None => return Ok(hexadecimal(&hash.finalize())),
            Some(read) => hash.update(read),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_fingerprint_that_sha256sum_prints() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_file(file.path()).unwrap(), expected);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Fingerprint::default().text("ab").text("c").finish();
        let other = Fingerprint::default().text("a").text("bc").finish();
        assert_ne!(one, other);
    }
}
