//! Whether a document is valid.
//!
//! That the event carries these members is *assumed*; members and values are *known* from the two
//! versions of the service that validates documents. What it returns depends on the provider behind it.

use super::value_set::value_set;
use crate::json::{Json, members::object};

object! {
    /// A document was validated.
    pub struct IdValidated: show(status, verification, document, transaction), extra {
        /// Whether the validation itself worked (version 2).
        pub status: Option<ValidationStatus> = optional "status",
        /// What it found (version 2; version 1 has other members here, which are in its `extra`).
        pub verification: Option<Box<Verification>> = optional "verification",
        /// What it found (version 1).
        pub document: Option<Box<Document>> = optional "document",
        /// How far it is (version 1).
        pub transaction: Option<Transaction> = optional "transaction",
    }
}

object! {
    /// What a validation found.
    pub struct Verification: show(code, status, reason_code), extra {
        /// How the document was judged.
        pub code: Option<ValidationCode> = optional "code",
        /// The same in words.
        pub status: Option<ValidationCode> = optional "status",
        /// Why it was not approved.
        pub reason: Option<String> = optional "reason",
        /// The number of that reason: there are some 150.
        pub reason_code: Option<i64> = optional "reasonCode",
        /// When the document was taken in.
        pub acceptance_time: Option<String> = optional "acceptanceTime",
        /// When it was judged.
        pub decision_time: Option<String> = optional "decisionTime",
        /// The provider's id of the validation.
        pub scan_reference: Option<String> = optional "scanReference",
        /// The application's id of it.
        pub merchant_scan_reference: Option<String> = optional "merchantScanReference",
        /// The document.
        pub document: Option<Box<Document>> = optional "document",
        /// Whom it shows. Personal.
        pub person: Option<Json> = optional "person",
    }
}

object! {
    /// A document. What it says is in `extra`: number, dates, issuer. Personal.
    pub struct Document: show(document_type, status), extra {
        /// Of which kind.
        pub document_type: Option<DocumentType> = optional "type",
        /// How it was judged (version 1).
        pub status: Option<DocumentStatus> = optional "status",
        /// Which country issued it.
        pub country: Option<String> = optional "country",
    }
}

object! {
    /// How far a validation is (version 1).
    pub struct Transaction: show(status), extra {
        /// How far.
        pub status: Option<TransactionStatus> = optional "status",
    }
}

value_set! {
    /// Whether a validation worked.
    pub enum ValidationStatus {
        /// It did; what it found is another matter.
        Success = "success",
        /// It did not.
        Fail = "fail",
    }
}

value_set! {
    /// How a document was judged (version 2).
    pub enum ValidationCode {
        /// Not yet: the user has begun.
        Started = "started" as 7001,
        /// Not yet: the document was handed in.
        Submitted = "submitted" as 7002,
        /// It is valid.
        Approved = "approved" as 9001,
        /// It is not.
        Declined = "declined" as 9102,
        /// It must be handed in again.
        Resubmission = "resubmission" or "resubmission_requested" as 9103,
        /// The user took too long or gave up.
        Expired = "expired" or "abandoned" or "expired/abandoned" as 9104,
        /// A person looks at it.
        Review = "review" as 9121,
    }
}

value_set! {
    /// How a document was judged (version 1).
    pub enum DocumentStatus {
        /// It is valid.
        ApprovedVerified = "APPROVED_VERIFIED",
        /// It is a fraud.
        DeniedFraud = "DENIED_FRAUD",
        /// Documents of its kind are not taken.
        DeniedUnsupportedIdType = "DENIED_UNSUPPORTED_ID_TYPE",
        /// Documents of its country are not taken.
        DeniedUnsupportedIdCountry = "DENIED_UNSUPPORTED_ID_COUNTRY",
        /// It cannot be read.
        ErrorNotReadable = "ERROR_NOT_READABLE",
    }
}

value_set! {
    /// The kind of a document.
    pub enum DocumentType {
        /// A passport.
        Passport = "PASSPORT",
        /// A driving license.
        DrivingLicense = "DRIVING_LICENSE" or "DRIVERS_LICENSE",
        /// An identity card.
        IdCard = "ID_CARD",
        /// A visa.
        Visa = "VISA",
        /// A residence permit.
        ResidencePermit = "RESIDENCE_PERMIT",
        /// Of a kind that is not taken.
        Unsupported = "UNSUPPORTED",
    }
}

value_set! {
    /// How far a validation is (version 1).
    pub enum TransactionStatus {
        /// Not done.
        Pending = "PENDING",
        /// Done.
        Done = "DONE",
        /// It failed.
        Failed = "FAILED",
    }
}
