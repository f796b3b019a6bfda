//! [`Mode`]: how an event lies in a request.

use super::{BATCH_JSON, STRUCTURED_JSON};
use crate::{
    request::{Head, Single, media_type_of},
    verdict::Rejection,
};

/// How events lie in a request (HTTP binding, section 1.3). `content-type` says which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// The body is one event, attributes and data. Media type `application/cloudevents+json`.
    Structured,
    /// The body is the data of one event, and attributes are headers that begin with `ce-`. Any other media type, or none.
    Binary,
    /// The body is a list of structured events. Media type `application/cloudevents-batch+json`.
    Batch,
}

impl Mode {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Structured, Self::Binary, Self::Batch];

    /// The name in settings and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Structured => "structured",
            Self::Binary => "binary",
            Self::Batch => "batch",
        }
    }
}

/// Which modes a receiver takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Modes {
    pub(crate) structured: bool,
    pub(crate) binary: bool,
    pub(crate) batch: bool,
    /// Whether `application/json` is the structured mode too.
    pub(crate) plain_json: bool,
}

/// How every media type of CloudEvents begins, the formats that are not taken included (HTTP binding, section 3).
const ANY_FORMAT: &[u8] = b"application/cloudevents";

impl Modes {
    pub(crate) fn of(modes: impl IntoIterator<Item = Mode>) -> Self {
        let mut taken = Self::default();
        for mode in modes {
            match mode {
                Mode::Structured => taken.structured = true,
                Mode::Binary => taken.binary = true,
                Mode::Batch => taken.batch = true,
            }
        }
        taken
    }

    fn takes(self, mode: Mode) -> bool {
        match mode {
            Mode::Structured => self.structured,
            Mode::Binary => self.binary,
            Mode::Batch => self.batch,
        }
    }

    /// The mode of a request.
    ///
    /// # Errors
    ///
    /// When it is in another format than JSON, or in a mode that is not taken.
    pub(crate) fn mode_of(self, head: &Head<'_>) -> Result<Mode, Rejection> {
        let content_type = head.single(&http::header::CONTENT_TYPE);
        if matches!(content_type, Single::Repeated) {
            return Err(Rejection::UnsupportedMediaType);
        }
        let media_type = media_type_of(content_type);
        let is = |name: &str| media_type.eq_ignore_ascii_case(name.as_bytes());
        let begins = media_type.get(..ANY_FORMAT.len());
        let mode = if is(STRUCTURED_JSON) || (self.plain_json && is("application/json")) {
            Mode::Structured
        } else if is(BATCH_JSON) {
            Mode::Batch
        } else if begins.is_some_and(|it| it.eq_ignore_ascii_case(ANY_FORMAT)) {
            return Err(Rejection::UnsupportedEventFormat);
        } else {
            Mode::Binary
        };
        if self.takes(mode) {
            Ok(mode)
        } else {
            Err(Rejection::EventModeNotTaken(mode.name()))
        }
    }
}
