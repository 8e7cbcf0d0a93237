//! Builds the functions into what SAM deploys.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use deployment_template::{Function, Template};
use fs_err as fs;

use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;
use crate::tools::cargo::{TEST_SELECTION, cargo, without_clippy};
use crate::tools::{aws, python};

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

/// Which programs of the functions a stack runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Programs {
    /// Those of a release, which SAM builds as it does for AWS.
    Release,
    /// Those of the tests' build, which takes minutes less, since the tests need most of it anyway. They check for overflow, and contain the
    /// fakes of crates that they do not use.
    Debug,
}

impl Programs {
    /// Compiles the functions and packs them. Only what has changed.
    pub(crate) fn build(self, checkout: &Checkout, template: &Template) -> Result<Build> {
        match self {
            Self::Release => build_release(checkout, template),
            Self::Debug => build_debug(checkout, template),
        }
    }
}

/// What SAM deploys: a template and, beside it, a folder for each function, with its program. Debug programs are packed already.
#[derive(Debug)]
pub(crate) struct Build(PathBuf);

impl Build {
    pub(super) fn template(&self) -> PathBuf {
        self.0.join("template.yaml")
    }

    pub(super) fn program(&self, function: &Function) -> PathBuf {
        self.0.join(&function.id).join("bootstrap")
    }
}

/// A command that compiles the programs of all functions in one build: they share what it compiles.
pub(crate) fn compilation(checkout: &Checkout) -> Result<Command> {
    let mut compile = aws::tool(checkout, "cargo-lambda", "lambda build --release --package functions")?;
    without_clippy(&mut compile).envs(LOCAL_PROFILE);
    if architecture()? == "arm64" {
        compile.arg("--arm64");
    }
    Ok(compile)
}

fn build_release(checkout: &Checkout, template: &Template) -> Result<Build> {
    let programs = checkout.local().join("programs");
    if programs.exists() {
        // A program that is no longer built would stay.
        fs::remove_dir_all(&programs)?;
    }
    // SAM then finds each of them built.
    let mut compile = compilation(checkout)?;
    command::run_logged(compile.arg("--lambda-dir").arg(&programs), &checkout.log("compile-functions"))?;
    let compiled = |function: &Function| programs.join(&function.name).join("bootstrap");
    // Not `.aws-sam`, which stays free for a deployment to AWS.
    pack_once(checkout, template, "build", compiled, |build| {
        let mut package = aws::tool(checkout, "sam", "build --parallel --template-file template.yaml")?;
        without_clippy(&mut package)
            .envs(LOCAL_PROFILE)
            .arg("--build-dir")
            .arg(&build.0)
            .args(["--parameter-overrides", &format!("Architecture={}", architecture()?)]);
        command::run_logged(&mut package, &checkout.log("build-functions"))
    })
}

fn build_debug(checkout: &Checkout, template: &Template) -> Result<Build> {
    let this_program = std::env::current_exe()?;
    let programs = this_program.parent().context("cargo built this program into a folder")?;
    for function in &template.functions {
        // One that is no longer built would stay.
        let _ = fs::remove_file(programs.join(&function.name));
    }
    // Cargo builds them for the tests of their events.
    let mut compile = cargo(checkout, &format!("test {TEST_SELECTION} --no-run --test events"));
    command::run_logged(&mut compile, &checkout.log("compile-debug-functions"))?;
    let compiled = |function: &Function| programs.join(&function.name);
    pack_once(checkout, template, "build-debug", compiled, |build| {
        let mut pack = Command::new(python::find()?.executable);
        pack.arg(checkout.infra("pack_programs.py"));
        for function in &template.functions {
            let program = build.program(function);
            let folder = program.parent().context("a program lies in the folder of its function")?;
            fs::create_dir_all(folder)?;
            // What a debugger needs is half of a program, and engines copy it often.
            let mut strip = Command::new("strip");
            strip.arg("-o").arg(&program).arg(compiled(function));
            command::run_logged(&mut strip, &checkout.log("strip-functions"))?;
            pack.arg(folder);
        }
        command::run_logged(&mut pack, &checkout.log("pack-functions"))?;
        Ok(fs::write(build.template(), with_archives_beside(&fs::read_to_string(checkout.template())?))?)
    })
}

/// Packs the compiled programs into the folder `.local/<name>`, unless the template, the programs and the tools are those that are packed.
fn pack_once(
    checkout: &Checkout,
    template: &Template,
    name: &str,
    compiled: impl Fn(&Function) -> PathBuf,
    pack: impl FnOnce(&Build) -> Result<()>,
) -> Result<Build> {
    let tools = ["tools.txt", "pack_programs.py"];
    let mut setup = Fingerprint::default().file(&checkout.template())?;
    for tool in tools {
        setup = setup.file(&checkout.infra(tool))?;
    }
    for function in &template.functions {
        let program = compiled(function);
        require_program(&program, function)?;
        setup = setup.file(&program)?;
    }
    let build = Build(checkout.local().join(name));
    let (setup, stamp) = (setup.finish(), checkout.local().join(format!("{name}.stamp")));
    let is_packed = |function: &Function| require_program(&build.program(function), function).is_ok();
    if fs::read_to_string(&stamp).is_ok_and(|packed| packed == setup)
        && template.functions.iter().all(is_packed)
    {
        return Ok(build);
    }
    // What is interrupted is not packed.
    let _ = fs::remove_file(&stamp);
    pack(&build)?;
    for function in &template.functions {
        require_program(&build.program(function), function)?;
    }
    fs::write(stamp, setup)?;
    Ok(build)
}

/// The template, with the archive beside it as the code of each function.
fn with_archives_beside(template: &str) -> String {
    let mut resource = "";
    let mut built = String::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'))
            && !name.starts_with(' ')
        {
            resource = name;
        }
        built += &line.replace("CodeUri: functions", &format!("CodeUri: {resource}.zip"));
        built.push('\n');
    }
    built
}

/// The local engine accepts a function without a program and answers 200 for it.
fn require_program(program: &Path, function: &Function) -> Result<()> {
    const ELF: &[u8; 4] = b"\x7fELF";
    let mut beginning = [0; ELF.len()];
    let read = std::fs::File::open(program).and_then(|mut file| file.read_exact(&mut beginning));
    if read.is_err() || beginning != *ELF {
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

    #[test]
    fn each_function_of_the_built_template_has_its_own_code() {
        let checkout = Checkout::find().unwrap();
        let built = with_archives_beside(&fs::read_to_string(checkout.template()).unwrap());
        for function in read_template(&checkout).unwrap().functions {
            let code = format!("CodeUri: {}.zip\n", function.id);
            assert_eq!(built.matches(&code).count(), 1, "{code}");
        }
        assert!(!built.contains("CodeUri: functions"));
    }
}
