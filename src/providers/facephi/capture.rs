//! What was captured, and where it can be downloaded.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::value_set::value_set;
use crate::json::{Json, members::object};

object! {
    /// An identity document was captured. *Known* from the vendor's sample.
    pub struct IdCaptured: show(assets), extra {
        /// What was read from the document. Its shape is not documented, and it is personal.
        pub ocr: Option<Json> = optional "ocr",
        /// The pictures.
        pub assets: Option<Vec<Asset>> = optional "assets",
    }
}

object! {
    /// A selfie was captured. *Assumed* to be like [`IdCaptured`].
    pub struct SelfieCaptured: show(assets), extra {
        /// The pictures.
        pub assets: Option<Vec<Asset>> = optional "assets",
    }
}

object! {
    /// A picture.
    pub struct Asset: show(asset_type), extra {
        /// What it shows.
        pub asset_type: AssetType = required "type",
        /// Where it is.
        pub url: PresignedUrl = required "url",
    }
}

value_set! {
    /// What a picture shows.
    pub enum AssetType {
        /// The document's front.
        IdFront = "id_front",
        /// The document's back.
        IdBack = "id_back",
        /// The portrait on the document.
        IdPortrait = "id_portrait",
        /// The user. *Assumed*.
        Selfie = "selfie",
    }
}

/// A link with which anyone can download a picture, for a while that is not documented: download soon,
/// and treat it as a secret.
///
/// `Debug` shows nothing of it; [`expose`](Self::expose) is the only way to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PresignedUrl(String);

impl PresignedUrl {
    /// A link.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The link. Named so that a reader sees where it leaves its wrapper. It is what the sender wrote:
    /// fetch it only from hosts that you expect.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresignedUrl(..)")
    }
}

impl IdCaptured {
    /// The pictures, none where the sender gave none.
    pub fn assets(&self) -> &[Asset] {
        self.assets.as_deref().unwrap_or_default()
    }
}

impl SelfieCaptured {
    /// The pictures, none where the sender gave none.
    pub fn assets(&self) -> &[Asset] {
        self.assets.as_deref().unwrap_or_default()
    }
}
