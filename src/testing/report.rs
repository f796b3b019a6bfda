//! [`Report`]: how the scenarios ended.

use std::fmt;

use super::Scenario;

/// How one scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScenarioResult {
    /// As promised.
    Passed,
    /// It cannot be had, and why.
    LeftOut(String),
    /// The sender of the test gives no request that it can be played with, and why. Nothing is said of the application.
    NotPlayed(String),
    /// Not as promised: what was expected, what came, what to change.
    Failed(String),
}

/// How each scenario of a run ended. `Display` writes it out.
///
/// Example: [`Kit`](super::Kit).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a report fails no test by itself: call `assert_passed` or `assert_passed_but`"]
pub struct Report(pub(super) Vec<(Scenario, ScenarioResult)>);

impl Report {
    /// Each scenario and its end, in the order of the run.
    pub fn results(&self) -> &[(Scenario, ScenarioResult)] {
        &self.0
    }

    /// Why a scenario failed, or could not be played; `None` where it passed or was left out.
    pub fn failure(&self, scenario: Scenario) -> Option<&str> {
        self.0.iter().find_map(|(found, result)| match result {
            ScenarioResult::Failed(why) | ScenarioResult::NotPlayed(why) if *found == scenario => {
                Some(why.as_str())
            }
            _ => None,
        })
    }

    /// What could not be had.
    pub fn left_out(&self) -> Vec<Scenario> {
        let left_out = self.0.iter();
        left_out
            .filter(|(_, result)| matches!(result, ScenarioResult::LeftOut(_)))
            .map(|(scenario, _)| *scenario)
            .collect()
    }

    /// Every scenario passed.
    ///
    /// # Panics
    ///
    /// When one failed or was left out, with the whole report.
    #[track_caller]
    pub fn assert_passed(&self) {
        self.assert_passed_but([]);
    }

    /// Every scenario passed but `left_out`, which could not be had. They are named so that none goes
    /// missing unseen.
    ///
    /// # Panics
    ///
    /// When one failed, when others were left out, or fewer, with the whole report.
    #[track_caller]
    pub fn assert_passed_but(&self, left_out: impl IntoIterator<Item = Scenario>) {
        let named: Vec<_> = left_out.into_iter().collect();
        let unnamed = |result: &(Scenario, ScenarioResult)| match result {
            (_, ScenarioResult::Passed) => false,
            (scenario, ScenarioResult::LeftOut(_)) => !named.contains(scenario),
            (_, ScenarioResult::NotPlayed(_) | ScenarioResult::Failed(_)) => true,
        };
        let wrong = self.0.iter().filter(|result| unnamed(result)).count();
        assert!(
            wrong == 0,
            "{wrong} of {} scenarios did not pass\n{self}",
            self.0.len()
        );
        let left_out = self.left_out();
        let passed: Vec<_> = named.iter().filter(|it| !left_out.contains(it)).collect();
        assert!(
            passed.is_empty(),
            "named as left out, but they were not: {passed:?}\n{self}"
        );
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (scenario, result) in &self.0 {
            match result {
                ScenarioResult::Passed => writeln!(f, "  passed    {scenario}")?,
                ScenarioResult::LeftOut(why) => writeln!(
                    f,
                    "  left out  {scenario}: {why} (if that is meant, name \
                     `Scenario::{scenario:?}` in `assert_passed_but`)"
                )?,
                ScenarioResult::NotPlayed(why) => {
                    let blame = "the test's sender is to be mended, not the application";
                    writeln!(f, "  NO TEST   {scenario}: {blame}")?;
                    indented(f, why)?;
                }
                ScenarioResult::Failed(why) => {
                    writeln!(f, "  FAILED    {scenario}: {}", scenario.rule())?;
                    indented(f, why)?;
                }
            }
        }
        Ok(())
    }
}

fn indented(f: &mut fmt::Formatter<'_>, why: &str) -> fmt::Result {
    why.lines()
        .try_for_each(|line| writeln!(f, "            {line}"))
}
