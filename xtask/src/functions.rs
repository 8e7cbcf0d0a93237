//! The Lambda functions: one package each below `functions/`, built into what SAM deploys.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::forget_us;
use crate::checkout::Checkout;
use crate::command;

/// A local build is not optimised across crates, as what ships is: that costs minutes, and the functions behave the same.
const LOCAL_PROFILE: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

/// The functions' names, which are their folders' names, in order.
pub(crate) fn names(checkout: &Checkout) -> Result<Vec<String>> {
    let folder = checkout.root.join("functions");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// `create-message` in the template is `CreateMessage`.
pub(crate) fn logical_id(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}

/// The architecture of this machine, by AWS's name.
pub(crate) fn architecture() -> Result<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Ok("x86_64"),
        "aarch64" => Ok("arm64"),
        other => bail!("Lambda has no architecture {other}, so the functions cannot run on this machine"),
    }
}

pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let names = names(checkout)?;
    // All at once first: it uses every core, and leaves SAM, which builds one function after the other, nothing to
    // compile.
    let mut compile = tool(checkout, "cargo-lambda")?;
    compile.args(["lambda", "build", "--release"]);
    if architecture()? == "arm64" {
        compile.arg("--arm64");
    }
    for name in &names {
        compile.args(["--package", name]);
    }
    command::quietly(&mut compile, &checkout.step_logs().join("compile-functions.log"))?;
    let mut package = tool(checkout, "sam")?;
    package
        .args(["build", "--template-file"])
        .arg(checkout.template())
        .arg("--build-dir")
        .arg(checkout.build())
        .args(["--parameter-overrides", &format!("Architecture={}", architecture()?)]);
    command::quietly(&mut package, &checkout.step_logs().join("build-functions.log"))?;
    for name in &names {
        require_program(&checkout.build().join(logical_id(name)).join("bootstrap"), name)?;
    }
    Ok(())
}

/// Of a function without a program, the local engine would say that all is well.
fn require_program(bootstrap: &Path, function: &str) -> Result<()> {
    const ELF: &[u8] = b"\x7fELF";
    if !std::fs::read(bootstrap).is_ok_and(|bytes| bytes.starts_with(ELF)) {
        bail!(
            "the function {function} was not built: {} is no program. Its resource in template.yaml must be named {} \
             and have the Metadata BuildMethod: rust-cargolambda with Binary: {function}.",
            bootstrap.display(),
            logical_id(function)
        );
    }
    Ok(())
}

fn tool(checkout: &Checkout, name: &str) -> Result<Command> {
    let mut tool = Command::new(checkout.tool(name));
    forget_us(&mut tool);
    tool.current_dir(&checkout.root)
        .envs(LOCAL_PROFILE)
        .envs(crate::ministack::CLIENT_ENVIRONMENT)
        .env("SAM_CLI_TELEMETRY", "0")
        .env("PATH", path_with_tools(checkout)?);
    Ok(tool)
}

/// SAM looks for cargo-lambda, and cargo-lambda for zig, on the PATH.
fn path_with_tools(checkout: &Checkout) -> Result<std::ffi::OsString> {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(checkout.tools().join("aws/bin")).chain(std::env::split_paths(&own));
    std::env::join_paths(folders).context("the checkout's path holds a colon, which PATH cannot")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_s_logical_id_is_its_name_in_camel_case() {
        assert_eq!(logical_id("create-message"), "CreateMessage");
        assert_eq!(logical_id("read"), "Read");
    }

    #[test]
    fn a_missing_an_empty_and_a_false_program_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let bootstrap = folder.path().join("bootstrap");
        assert!(require_program(&bootstrap, "read").is_err());
        std::fs::write(&bootstrap, "").unwrap();
        assert!(require_program(&bootstrap, "read").is_err());
        std::fs::write(&bootstrap, "#!/bin/sh").unwrap();
        let error = require_program(&bootstrap, "create-chat").unwrap_err().to_string();
        assert!(error.contains("CreateChat"), "{error}");
        std::fs::write(&bootstrap, b"\x7fELF\x02").unwrap();
        require_program(&bootstrap, "read").unwrap();
    }
}
