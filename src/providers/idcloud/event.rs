//! [`Event`]: what IDCloud notifies.

use std::fmt;

use super::{State, TransactionStatus};
use crate::json::{Json, Misfit, members::object, open_enum::open_enum};

/// A notification. It never carries the verdict: ask Unico's API for that (known).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The current body.
    Process(Process),
    /// The body with `id` and `status`.
    Transaction(Transaction),
    /// A body with an identity, but with members that do not fit.
    Unrecognized(Unrecognized),
}

impl Event {
    /// The id to ask Unico's API for.
    pub fn id(&self) -> &str {
        match self {
            Self::Process(process) => &process.process_id,
            Self::Transaction(transaction) => &transaction.id,
            Self::Unrecognized(unrecognized) => &unrecognized.id,
        }
    }
}

object! {
    /// A process has come to a state.
    pub struct Process: show(process_id, state, flow, last_event), extra {
        /// The process's id.
        pub process_id: String = required "processId",
        /// The state.
        pub state: State = required "state",
        /// The flow. Always there as far as known.
        pub flow: Option<Flow> = optional "flow",
        /// The last thing that the user did; only when the process expired before they finished (known).
        pub last_event: Option<LastEvent> = optional "lastEvent",
        /// The same for humans.
        pub last_event_description: Option<String> = optional "lastEventDescription",
    }
}

object! {
    /// A transaction has come to a status.
    pub struct Transaction: show(id, status), extra {
        /// The transaction's id.
        pub id: String = required "id",
        /// The status.
        pub status: TransactionStatus = required "status",
    }
}

open_enum! {
    /// The flow of a process.
    pub enum Flow {
        /// `id`
        Id = "id",
        /// `idcheck`
        IdCheck = "idcheck",
        /// `iddocs`
        IdDocs = "iddocs",
        /// `idunicodocs_r2`
        IdUnicoDocsR2 = "idunicodocs_r2",
        /// `idsign`
        IdSign = "idsign",
        /// `idunicosign`
        IdUnicoSign = "idunicosign",
        /// `idtoken`
        IdToken = "idtoken",
        /// `idtokentrust`
        IdTokenTrust = "idtokentrust",
        /// `adaptiveidtoken`
        AdaptiveIdToken = "adaptiveidtoken",
        /// `idlive`
        IdLive = "idlive",
    }
}

open_enum! {
    /// The last thing that a user did before their process expired.
    pub enum LastEvent {
        /// The process was created.
        ProcessCreated = "EVENT_TYPE_PROCESS_CREATED",
        /// The QR code was read.
        QrCodeRead = "EVENT_TYPE_QR_CODE_READ",
        /// The user began.
        ProcessStartedByUser = "EVENT_TYPE_PROCESS_STARTED_BY_USER",
        /// The user's identity was validated.
        IdentityValidationStepFinished = "EVENT_TYPE_IDENTITY_VALIDATION_STEP_FINISHED",
        /// The user came to the documents.
        DocumentStepStarted = "EVENT_TYPE_DOCUMENT_STEP_STARTED",
        /// A document was photographed.
        DocumentPhotoCaptured = "EVENT_TYPE_DOCUMENT_PHOTO_CAPTURED",
        /// A document was uploaded.
        DocumentUploadedFromGallery = "EVENT_TYPE_DOCUMENT_UPLOADED_FROM_GALLERY",
        /// The documents are there.
        DocumentStepFinished = "EVENT_TYPE_DOCUMENT_STEP_FINISHED",
        /// The session ended.
        SessionEnded = "EVENT_TYPE_SESSION_ENDED",
        /// Something went wrong with the documents.
        ErrorOnDocumentStep = "EVENT_TYPE_ERROR_ON_DOCUMENT_STEP",
    }
}

/// A body that names what it is about, with members that do not fit.
#[derive(Clone)]
#[non_exhaustive]
pub struct Unrecognized {
    /// The id of the process or transaction.
    pub id: String,
    /// The whole body.
    pub raw: Json,
    /// Why there is no type for it.
    pub error: Misfit,
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unrecognized")
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
