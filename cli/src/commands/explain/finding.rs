//! [`Finding`]: a cause in plain words. [`Trial`]: a change that would prove one.

use serde::Serialize;

use super::{
    case::Case,
    court::{Ruling, Stage},
};

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
    needs: Needs,
}

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
            needs: Needs::Proof,
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

    /// Whether the ruling on the changed case, after this one before, shows the mistake.
    pub(crate) fn is_shown_by(&self, before: Stage, after: &Ruling) -> bool {
        let further = after.stage() > before;
        match self.needs {
            Needs::Proof => further && after.is_proved(),
            Needs::Step => further,
        }
    }
}
