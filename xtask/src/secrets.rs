//! The secrets of a stack.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::machine::json_file;
use crate::stack_folder::StackFolder;

/// The content of `secrets.yaml`: JSON, which is YAML. The names are those of template parameters, because SAM reads the
/// file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secrets {
    /// Made once and kept with the stack's data, so that its tokens stay valid.
    token_signing_keys: String,
    /// The word `open` if the operator's routes are. A file of an earlier release lacks it.
    #[serde(default)]
    admin_key_sha256: String,
}

/// Makes the secrets that the stack does not have yet. Returns the admin key, of which the file has only the digest, so it
/// is another one each time; `None` if the operator's routes are open.
pub(crate) fn make(folder: &StackFolder) -> Result<Option<String>> {
    let token_signing_keys = match json_file::read::<Secrets>(&folder.secrets()) {
        Some(secrets) => secrets.token_signing_keys,
        None => random_key()?,
    };
    let admin_key = if folder.is_open { None } else { Some(random_key()?) };
    let admin_key_sha256 = match &admin_key {
        Some(key) => hex::encode(Sha256::digest(key)),
        None => "open".to_owned(),
    };
    json_file::write(&folder.secrets(), &Secrets { token_signing_keys, admin_key_sha256 })?;
    Ok(admin_key)
}

/// 256 random bits as hexadecimal digits.
fn random_key() -> Result<String> {
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    Ok(hex::encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::aws_engine::AwsEngine;

    fn folder() -> (tempfile::TempDir, StackFolder) {
        let folder = tempfile::tempdir().unwrap();
        let stack = StackFolder::of_tests(folder.path().to_owned(), AwsEngine::default());
        (folder, stack)
    }

    fn read(folder: &StackFolder) -> Secrets {
        json_file::read(&folder.secrets()).unwrap()
    }

    fn signing_key(folder: &StackFolder) -> String {
        make(folder).unwrap();
        read(folder).token_signing_keys
    }

    #[test]
    fn a_stack_keeps_its_signing_key_and_shares_it_with_no_other() {
        let ((_one, one), (_other, other)) = (folder(), folder());
        assert_eq!(signing_key(&one).len(), 64);
        assert_eq!(signing_key(&one), signing_key(&one));
        assert_ne!(signing_key(&one), signing_key(&other));
    }

    #[test]
    fn the_file_has_the_digest_of_the_admin_key_and_not_the_key() {
        let (_folder, stack) = folder();
        let (first, second) = (make(&stack).unwrap().unwrap(), make(&stack).unwrap().unwrap());
        assert_ne!(first, second);
        assert_eq!(read(&stack).admin_key_sha256, hex::encode(Sha256::digest(&second)));
        let file = std::fs::read_to_string(stack.secrets()).unwrap();
        assert!(!file.contains(&second), "{file}");
        // SAM passes each member to the template's parameter of its name.
        assert!(file.contains(r#""TokenSigningKeys":"#) && file.contains(r#""AdminKeySha256":"#), "{file}");
    }

    #[test]
    fn an_open_stack_has_no_admin_key() {
        let (_folder, stack) = folder();
        let open = StackFolder { is_open: true, ..stack };
        assert_eq!(make(&open).unwrap(), None);
        assert_eq!(read(&open).admin_key_sha256, "open");
    }

    #[test]
    fn a_file_without_admin_key_keeps_its_signing_key() {
        let (_folder, stack) = folder();
        std::fs::write(stack.secrets(), r#"{"TokenSigningKeys":"of an earlier release"}"#).unwrap();
        assert_eq!(signing_key(&stack), "of an earlier release");
    }
}
