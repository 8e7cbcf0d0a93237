//! The secrets of a stack: made once, and kept with its data, so that its tokens stay valid.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::machine::json_file;
use crate::stack_folder::StackFolder;

/// The content of `secrets.yaml`: JSON, which is YAML. The names are those of template parameters, because SAM reads the
/// file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secrets {
    token_signing_keys: String,
}

/// Makes the secrets that the stack does not have yet.
pub(crate) fn ensure(folder: &StackFolder) -> Result<()> {
    if json_file::read::<Secrets>(&folder.secrets()).is_some() {
        return Ok(());
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    json_file::write(&folder.secrets(), &Secrets { token_signing_keys: hex::encode(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(folder: &StackFolder) -> String {
        ensure(folder).unwrap();
        json_file::read::<Secrets>(&folder.secrets()).unwrap().token_signing_keys
    }

    #[test]
    fn a_stack_keeps_its_key_and_shares_it_with_no_other() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let [one, other] = [one, other].map(|folder| StackFolder::of_tests(folder.path().to_owned()));
        assert_eq!(key(&one).len(), 64);
        assert_eq!(key(&one), key(&one));
        assert_ne!(key(&one), key(&other));
    }
}
