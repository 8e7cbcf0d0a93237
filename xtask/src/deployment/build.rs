//! Builds the functions into what SAM deploys.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use deployment_template::{Function, Template};
use fs_err as fs;

use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;
use crate::tools::aws;

/// A local build does without the optimisation across crates of a release. That saves minutes and changes no behaviour.
const LOCAL_PROFILE: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

/// This machine's architecture by AWS's name.
pub(super) fn architecture() -> Result<&'static str> {
    match std::env::consts::ARCH {
        "x86_64" => Ok("x86_64"),
        "aarch64" => Ok("arm64"),
        other => bail!("Lambda has no architecture {other}, so the functions cannot run on this machine"),
    }
}

/// The template that `sam build` writes.
pub(super) fn template(checkout: &Checkout) -> PathBuf {
    checkout.build().join("template.yaml")
}

/// Where `sam build` puts a function's program.
pub(super) fn program(checkout: &Checkout, function: &Function) -> PathBuf {
    checkout.build().join(&function.id).join("bootstrap")
}

/// A command that compiles the programs of all functions in one build: they share what it compiles.
pub(crate) fn compilation(checkout: &Checkout) -> Result<Command> {
    let mut compile = aws::tool(checkout, "cargo-lambda", "lambda build --release --package functions")?;
    compile.envs(LOCAL_PROFILE);
    if architecture()? == "arm64" {
        compile.arg("--arm64");
    }
    Ok(compile)
}

/// Compiles the functions, and packs them unless the template, the programs and the tools are those that are packed.
pub(crate) fn build(checkout: &Checkout, template: &Template) -> Result<()> {
    let programs = checkout.local().join("programs");
    if programs.exists() {
        // A program that is no longer built would stay.
        fs::remove_dir_all(&programs)?;
    }
    // SAM then finds each of them built.
    let mut compile = compilation(checkout)?;
    command::run_logged(compile.arg("--lambda-dir").arg(&programs), &checkout.log("compile-functions"))?;
    let mut setup = Fingerprint::default().file(&checkout.template())?.file(&checkout.infra("tools.txt"))?;
    for function in &template.functions {
        let compiled = programs.join(&function.name).join("bootstrap");
        require_program(&compiled, function)?;
        setup = setup.file(&compiled)?;
    }
    let (setup, stamp) = (setup.finish(), checkout.local().join("build.stamp"));
    let is_packed = |function: &Function| require_program(&program(checkout, function), function).is_ok();
    if fs::read_to_string(&stamp).is_ok_and(|packed| packed == setup)
        && template.functions.iter().all(is_packed)
    {
        return Ok(());
    }
    // What is interrupted is not packed.
    let _ = fs::remove_file(&stamp);
    let mut package = aws::tool(checkout, "sam", "build --parallel --template-file template.yaml")?;
    package
        .envs(LOCAL_PROFILE)
        .arg("--build-dir")
        .arg(checkout.build())
        .args(["--parameter-overrides", &format!("Architecture={}", architecture()?)]);
    command::run_logged(&mut package, &checkout.log("build-functions"))?;
    for function in &template.functions {
        require_program(&program(checkout, function), function)?;
    }
    Ok(fs::write(stamp, setup)?)
}

/// The local engine accepts a function without a program and answers 200 for it.
fn require_program(program: &Path, function: &Function) -> Result<()> {
    const ELF: &[u8] = b"\x7fELF";
    if !std::fs::read(program).is_ok_and(|bytes| bytes.starts_with(ELF)) {
        bail!(
            "the function {} was not built: {} is not a program. In template.yaml the resource {} needs the Metadata \
             BuildMethod: rust-cargolambda, and Cargo.toml of its CodeUri the binary {}.",
            function.name,
            program.display(),
            function.id,
            function.name
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::read_template;

    #[test]
    fn missing_empty_and_false_programs_are_refused() {
        let template = read_template(&Checkout::find().unwrap()).unwrap();
        let function = template.function("create-chat").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootstrap");
        assert!(require_program(&program, function).is_err());
        std::fs::write(&program, "").unwrap();
        assert!(require_program(&program, function).is_err());
        std::fs::write(&program, "#!/bin/sh").unwrap();
        let error = require_program(&program, function).unwrap_err().to_string();
        assert!(error.contains("CreateChat"), "{error}");
        std::fs::write(&program, b"\x7fELF\x02").unwrap();
        require_program(&program, function).unwrap();
    }
}
