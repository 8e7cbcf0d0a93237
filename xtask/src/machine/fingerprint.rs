//! SHA-256 of files and settings, to detect whether a step must run again.

use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

#[derive(Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn text(mut self, text: &str) -> Self {
        // The length keeps ["ab", "c"] and ["a", "bc"] apart.
        self.0.update(format!("{}:{text}", text.len()));
        self
    }

    pub(crate) fn file(self, path: &Path) -> Result<Self> {
        Ok(self.text(&sha256(path)?))
    }

    pub(crate) fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// The SHA-256 of a file, as `sha256sum` prints it.
pub(crate) fn sha256(file: &Path) -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs_err::read(file)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_digest_that_sha256sum_prints() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(file.path()).unwrap(), expected);
    }

    #[test]
    fn boundaries_between_texts_count() {
        let one = Fingerprint::default().text("ab").text("c").finish();
        let other = Fingerprint::default().text("a").text("bc").finish();
        assert_ne!(one, other);
    }
}
