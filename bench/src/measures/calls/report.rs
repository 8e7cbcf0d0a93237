//! The calls that were measured, and their budgets.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use simulated_aws::Units;

use crate::calls::Calls;
use crate::deployment::Deployment;
use crate::events::response;
use crate::report::Budget;

/// What the measurement found so far.
#[derive(Default)]
pub(super) struct Report {
    /// By function.
    pub(super) cases: BTreeMap<&'static str, String>,
    pub(super) budgets: Vec<Budget>,
    /// Of create-message.
    pub(super) units_of_number: f64,
    /// How many calls and rounds more than a warm request a cold one has at most.
    cold: (usize, usize),
}

impl Report {
    pub(super) fn case(
        &mut self,
        function: &'static str,
        what: &str,
        outcome: &str,
        calls: &Calls,
    ) -> Result<()> {
        let cases = self.cases.entry(function).or_insert_with(|| format!("## {function}\n"));
        let Units { write, read } = calls.units();
        write!(cases, "\n**{what}**: {outcome}")?;
        for (kind, units) in [("write", write), ("read", read)] {
            if units > 0.0 {
                write!(cases, ", {kind} units {units}")?;
            }
        }
        let lines = if calls.0.is_empty() { vec!["no calls".to_owned()] } else { calls.lines() };
        Ok(writeln!(cases, "\n\n- {}", lines.join("\n- "))?)
    }

    pub(super) fn budget(&mut self, what: &'static str, at_most: &'static str, measured: String, kept: bool) {
        self.budgets.push(Budget::new(what, at_most, measured, kept));
    }

    /// Has a new process of a function respond to the same kind of request twice. Returns the calls of both, cold and
    /// warm.
    pub(super) fn responses(
        &mut self,
        deployment: &mut Deployment<'_>,
        function: &'static str,
        what: &str,
        [first, second]: [&str; 2],
    ) -> Result<(Calls, Calls)> {
        deployment.restart(function);
        let (cold_response, cold) = deployment.invoke(function, first)?;
        let (warm_response, warm) = deployment.invoke(function, second)?;
        self.case(function, what, &response(&warm_response)?.0.to_string(), &warm)?;
        if cold.lines() != warm.lines() {
            self.case(function, &format!("{what}, cold"), &response(&cold_response)?.0.to_string(), &cold)?;
        }
        Ok((cold, warm))
    }

    /// The same for a request whose token is valid. Returns the warm calls.
    pub(super) fn request(
        &mut self,
        deployment: &mut Deployment<'_>,
        function: &'static str,
        what: &str,
        events: [&str; 2],
    ) -> Result<Calls> {
        let (cold, warm) = self.responses(deployment, function, what, events)?;
        let calls = cold.0.len().saturating_sub(warm.0.len());
        let rounds = cold.rounds().len().saturating_sub(warm.rounds().len());
        self.cold = (self.cold.0.max(calls), self.cold.1.max(rounds));
        Ok(warm)
    }

    /// That a process that does not know a token's version reads it without a further round.
    pub(super) fn cold_budget(&mut self) {
        let (calls, rounds) = self.cold;
        let what = "what a request adds if its process does not know the token's version";
        let measured = format!("{calls} AWS call, {rounds} rounds");
        self.budget(what, "1 AWS call, 0 rounds", measured, calls <= 1 && rounds == 0);
    }

    /// That a request makes at most so many calls, in rounds of at most this form.
    pub(super) fn calls_budget(
        &mut self,
        what: &'static str,
        at_most: &'static str,
        found: &[usize],
        budget: &[usize],
    ) {
        let measured = format!("{} in {}", found.iter().sum::<usize>(), rounds(found.len()));
        let kept = found.len() <= budget.len() && found.iter().zip(budget).all(|(found, most)| found <= most);
        self.budget(what, at_most, measured, kept);
    }
}

fn rounds(count: usize) -> String {
    if count == 1 { "1 round".to_owned() } else { format!("{count} rounds") }
}
