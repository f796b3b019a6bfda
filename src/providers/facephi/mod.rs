//! [Facephi](https://facephi.com)'s Identity API, also sold as IDV Suite: its webhooks tell how a
//! workflow goes, from the first capture to the end of an operation.
//!
//! Events are CloudEvents in structured JSON mode. Each carries its own `signature`: an HMAC-SHA256 in
//! base64 whose input the vendor does not publish in any form that we could read.
//!
//! | what | status |
//! | --- | --- |
//! | envelope, the seven topics, `source` = `/operations/<id>`, HMAC-SHA256 in `signature` | known |
//! | which bytes are signed, how the secret is to be read | **assumed**: [`Recipe::WithoutMember`], UTF-8; both are settings |
//! | `data` of [`IdCaptured`] | known from a sample |
//! | `data` of the other six | **assumed** from services of the same product that compute the same results |
//! | header of the API key | **assumed**: [`API_KEY_HEADER`] |
//! | timeout, retries, order, success status | unknown; any of it must be expected |
//!
//! - [`WorkflowEvent`] has a variant for each of the seven, found by the end of the type,
//!   `workflows.<name>.v<N>`, behind any prefix.
//! - Every member of `data` is optional, and value sets are open: an event whose data is otherwise than
//!   assumed still arrives, at worst as [`WorkflowEvent::Unrecognized`] with its JSON.
//! - Nothing is shown: `Debug` prints types, times and results. Download links and what was read from
//!   documents are had by an explicit call only.
//!
//! Not here: Facephi's older callback, which is unsigned, and which the vendor retires.
//!
//! [`Recipe::WithoutMember`]: crate::schemes::Recipe::WithoutMember

mod capture;
mod decode;
mod event;
mod face;
mod operation;
mod pack;
#[cfg(feature = "simulator")]
mod simulator;
mod topic;
mod validation;
mod value_set;

#[cfg(feature = "simulator")]
pub use self::simulator::{FacephiSimulator, Mistake};
pub use self::{
    capture::{Asset, AssetType, IdCaptured, PresignedUrl, SelfieCaptured},
    event::{DataOnly, Unrecognized, Workflow, WorkflowEvent},
    face::{FacialAuthenticationEvaluated, FacialResult, Liveness, PassiveLivenessEvaluated},
    operation::{
        Family, OperationFinished, OperationReason, OperationStarted, OperationStatus,
        OperationType, Step,
    },
    pack::{API_KEY_HEADER, Facephi},
    topic::{Topic, UnknownTopic},
    validation::{
        Document, DocumentStatus, DocumentType, IdValidated, Transaction, TransactionStatus,
        ValidationCode, ValidationStatus, Verification,
    },
};
