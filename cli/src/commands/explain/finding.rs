//! [`Finding`]: a cause in plain words. [`Trial`]: a change that would prove one.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use super::{
    case::Case,
    court::{Ruling, Stage},
};
use crate::settings::terms::WindowTerm;

/// How sure a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confidence {
    /// With the change the library's own check passes, or the check itself says so.
    Certain,
    /// The request shows it, but nothing proves that it is the cause.
    Likely,
    /// Worth a look.
    Possible,
}

impl Confidence {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// What is wrong, without anything secret or personal of the request.
#[derive(Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) confidence: Confidence,
    /// The mistake's stable name.
    pub(crate) mistake: &'static str,
    /// What happened.
    pub(crate) cause: String,
    /// What to change, and where.
    pub(crate) advice: String,
}

impl Finding {
    /// A sign in the request that nothing proves.
    pub(crate) fn sign(
        confidence: Confidence,
        mistake: &'static str,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            confidence,
            mistake,
            cause: cause.into(),
            advice: advice.into(),
        }
    }
}

/// A case with one mistake undone.
pub(crate) struct Trial {
    pub(crate) case: Case,
    pub(crate) finding: Finding,
    /// What the same check says beside it.
    pub(crate) beside: Vec<Finding>,
    needs: Needs,
    reword: Option<Reword>,
}

/// Names the mistake and its cause by what the change was, where that is worth its time for the right trial alone. Takes
/// the case as it was, the changed one, and the trial's own finding.
type Reword = fn(&Case, &Case, Finding) -> Finding;

/// The sign that a trial's mistake was made.
#[derive(Clone, Copy)]
enum Needs {
    /// The proof matches.
    Proof,
    /// The case comes further than before.
    Step,
}

impl Trial {
    /// A change after which the proof must match.
    pub(crate) fn proof(
        case: Case,
        mistake: &'static str,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            case,
            finding: Finding::sign(Confidence::Certain, mistake, cause, advice),
            beside: Vec::new(),
            needs: Needs::Proof,
            reword: None,
        }
    }

    /// A change after which the check that failed must pass.
    pub(crate) fn step(
        case: Case,
        mistake: &'static str,
        cause: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            needs: Needs::Step,
            ..Self::proof(case, mistake, cause, advice)
        }
    }

    /// Named by what the change was.
    pub(crate) fn reworded(mut self, reword: Reword) -> Self {
        self.reword = Some(reword);
        self
    }

    /// The findings of the trial, which was right for `before`.
    pub(crate) fn findings(self, before: &Case) -> Vec<Finding> {
        let finding = match self.reword {
            Some(reword) => reword(before, &self.case, self.finding),
            None => self.finding,
        };
        std::iter::once(finding).chain(self.beside).collect()
    }

    /// Equal for changes that come to the same case.
    pub(crate) fn fingerprint(&self) -> u64 {
        let Case {
            provider,
            keys,
            method,
            headers,
            body,
            now,
            settings,
            ..
        } = &self.case;
        let mut hasher = DefaultHasher::new();
        (provider, method, body, settings).hash(&mut hasher);
        now.map(hookgate::UnixTime::as_millis).hash(&mut hasher);
        matches!(self.case.window, WindowTerm::Unchecked).hash(&mut hasher);
        for key in keys {
            (key.reading.in_words(), &key.text).hash(&mut hasher);
        }
        // A header that is set anew stands behind the others.
        let mut sorted: Vec<(String, &String)> = headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        sorted.hash(&mut hasher);
        hasher.finish()
    }

    /// Whether the ruling on the changed case, after this one before, shows the mistake.
    pub(crate) fn is_shown_by(&self, before: Stage, after: &Ruling) -> bool {
        let further = after.stage() > before;
        match self.needs {
            Needs::Proof => further && after.is_proved(),
            Needs::Step => further,
        }
    }
}
