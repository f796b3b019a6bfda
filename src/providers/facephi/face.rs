//! What was found out about the user's face.
//!
//! That the events carry these members is *assumed*; the values are *known* from the services of the same
//! product that compute them.

use super::value_set::value_set;
use crate::json::members::object;

object! {
    /// The selfie was compared with the document's portrait.
    pub struct FacialAuthenticationEvaluated: show(result), extra {
        /// Whether they show one person.
        pub result: Option<FacialResult> = optional "result",
        /// How alike they are, from 0 to 1.
        pub similarity: Option<f64> = optional "similarity",
    }
}

object! {
    /// It was judged whether the selfie is of a living person.
    pub struct PassiveLivenessEvaluated: show(diagnostic), extra {
        /// The judgement.
        pub diagnostic: Option<Liveness> = optional "diagnostic",
    }
}

value_set! {
    /// Whether two faces are one person's.
    pub enum FacialResult {
        /// They could not be compared.
        None = "NONE" as 0,
        /// They are not.
        Negative = "NEGATIVE" as 1,
        /// They are.
        Positive = "POSITIVE" as 3,
        /// A face is turned too far away.
        NoneBecausePoseExceed = "NONE BECAUSE POSE EXCEED" as 4,
        /// A face's features could not be extracted.
        NoneBecauseInvalidExtractions = "NONE BECAUSE INVALID EXTRACTIONS" as 5,
    }
}

value_set! {
    /// Whether a selfie is of a living person. [`Live`](Self::Live) alone says that it is.
    pub enum Liveness {
        /// It was not judged.
        None = "None" as 0,
        /// Deprecated: [`NoLive`](Self::NoLive) has taken its place.
        Spoof = "Spoof" as 1,
        /// Deprecated.
        Uncertain = "Uncertain" as 2,
        /// It is.
        Live = "Live" as 3,
        /// The picture is not good enough.
        NoneBecauseBadQuality = "NoneBecauseBadQuality" as 4,
        /// The face is too close.
        NoneBecauseFaceTooClose = "NoneBecauseFaceTooClose" as 5,
        /// There is no face.
        NoneBecauseFaceNotFound = "NoneBecauseFaceNotFound" as 6,
        /// The face is too small.
        NoneBecauseFaceTooSmall = "NoneBecauseFaceTooSmall" as 7,
        /// The face is turned too far away.
        NoneBecauseAngleTooLarge = "NoneBecauseAngleTooLarge" as 8,
        /// The picture cannot be read.
        NoneBecauseImageDataError = "NoneBecauseImageDataError" as 9,
        /// The service failed.
        NoneBecauseInternalError = "NoneBecauseInternalError" as 10,
        /// The picture could not be prepared.
        NoneBecauseImagePreprocessError = "NoneBecauseImagePreprocessError" as 11,
        /// There is more than one face.
        NoneBecauseTooManyFaces = "NoneBecauseTooManyFaces" as 12,
        /// The face is at the edge.
        NoneBecauseFaceTooCloseToBorder = "NoneBecauseFaceTooCloseToBorder" as 13,
        /// A part of the face is not in the picture.
        NoneBecauseFaceCropped = "NoneBecauseFaceCropped" as 14,
        /// The service's license does not allow it.
        NoneBecauseLicenseError = "NoneBecauseLicenseError" as 15,
        /// The face is covered.
        NoneBecauseFaceOccluded = "NoneBecauseFaceOccluded" as 16,
        /// It is not.
        NoLive = "NoLive" as 17,
        /// The eyes are closed.
        NoneBecauseEyesClosed = "NoneBecauseEyesClosed" as 18,
    }
}
