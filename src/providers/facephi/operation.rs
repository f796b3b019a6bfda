//! The beginning and the end of an operation.
//!
//! That the events carry these members is *assumed*; most values are *known* from the service that ends
//! operations.

use super::value_set::value_set;
use crate::json::members::object;

object! {
    /// A user has begun.
    pub struct OperationStarted: show(operation_type, steps), extra {
        /// What for.
        pub operation_type: Option<OperationType> = optional "type",
        /// The user, as the application calls them.
        pub customer_id: Option<String> = optional "customerId",
        /// What the user is asked to do.
        pub steps: Option<Vec<Step>> = optional "steps",
    }
}

object! {
    /// The operation has ended.
    pub struct OperationFinished: show(status, reason), extra {
        /// How.
        pub status: Option<OperationStatus> = optional "status",
        /// Why it did not succeed; the empty text where it did.
        pub reason: Option<OperationReason> = optional "reason",
        /// What it was for.
        pub family: Option<Family> = optional "family",
    }
}

value_set! {
    /// What an operation is for.
    pub enum OperationType {
        /// To get to know a user.
        Onboarding = "ONBOARDING",
        /// To recognise a user.
        Authentication = "AUTHENTICATION",
    }
}

value_set! {
    /// What an operation is for, as the service that ends it says.
    pub enum Family {
        /// To get to know a user.
        OnBoarding = "OnBoarding",
        /// To recognise a user.
        Authentication = "Authentication",
    }
}

value_set! {
    /// A step of an operation.
    pub enum Step {
        /// The capture of a face.
        Selphi = "SELPHI_COMPONENT",
        /// The capture of a document.
        Selphid = "SELPHID_COMPONENT",
    }
}

value_set! {
    /// How an operation ended.
    pub enum OperationStatus {
        /// The user passed.
        Succeeded = "SUCCEEDED",
        /// The user did not.
        Denied = "DENIED",
        /// Something failed.
        Error = "ERROR",
        /// The user gave up.
        Cancelled = "CANCELLED",
        /// The user's face is on a list.
        Blacklisted = "BLACKLISTED",
        /// The user took too long. *Assumed*.
        Expired = "EXPIRED",
    }
}

value_set! {
    /// Why an operation did not succeed.
    pub enum OperationReason {
        /// No reason: it did.
        None = "",
        /// The document is not valid.
        DocumentValidationNotPassed = "DOCUMENT_VALIDATION_NOT_PASSED",
        /// The document could not be validated.
        DocumentValidationError = "DOCUMENT_VALIDATION_ERROR",
        /// The faces are not one person's.
        FacialAuthenticationNotPassed = "FACIAL_AUTHENTICATION_NOT_PASSED",
        /// The selfie is not of a living person.
        FacialLivenessNotPassed = "FACIAL_LIVENESS_NOT_PASSED",
        /// The faces could not be compared.
        FacialAuthenticationError = "FACIAL_AUTHENTICATION_ERROR",
        /// It could not be judged whether the selfie is of a living person.
        FacialLivenessError = "FACIAL_LIVENESS_ERROR",
        /// The user's face is on a list.
        BlacklistedFaceTemplate = "BLACKLISTED_FACE_TEMPLATE",
        /// The user is known already.
        AlreadyRegistered = "ALREADY_REGISTERED",
        /// Somebody set the status by hand.
        ManualStatusChange = "MANUAL_STATUS_CHANGE",
        /// A security service failed.
        SecurityServiceError = "SECURITY_SERVICE_ERROR",
        /// The capture of the document failed.
        SelphidInternalError = "SELPHID_INTERNAL_ERROR",
        /// The capture of the document took too long.
        SelphidTimeout = "SELPHID_TIMEOUT",
        /// The capture of the face took too long.
        SelphiTimeout = "SELPHI_TIMEOUT",
    }
}
