//! Which modes a receiver takes, and what is believed in each.

use super::{CloudEvents, pack::Proof};
use crate::{
    cloudevents::{Mode, Modes, Tolerance},
    request::RawRequest,
    setup::BuildError,
};

impl<T> CloudEvents<T> {
    /// The modes that are taken.
    pub(super) fn taken(&self) -> Modes {
        let mut modes = self.modes.unwrap_or(Modes {
            structured: true,
            binary: self.covers_headers(),
            ..Modes::default()
        });
        modes.plain_json = self.takes.has(Tolerance::PlainJson);
        modes
    }

    /// Whether headers are believed: whoever calls is known, so that nobody else has written them. Not by a token for one
    /// request: it stands for the body, and whoever captured it can send that again under other headers.
    pub(super) fn covers_headers(&self) -> bool {
        match &self.proof {
            Proof::Access => true,
            Proof::Signed { signs, .. } => signs.caller && !signs.nonce,
        }
    }

    /// Whether nothing signs the attributes.
    pub(super) fn is_claimed(&self, mode: Mode) -> bool {
        mode == Mode::Binary && !self.covers_headers()
    }

    /// Whether `time` is checked by the road, as a signed one.
    pub(super) fn is_dated(&self) -> bool {
        match &self.proof {
            Proof::Access => false,
            Proof::Signed { signs, .. } => !signs.caller && !signs.time && !self.taken().binary,
        }
    }

    /// Whether the body is what its media type says, where several modes are taken: an event is an object, and a batch a list.
    pub(super) fn is_as_labelled(&self, request: &RawRequest<'_>) -> bool {
        let modes = self.taken();
        let begins = request.body.trim_ascii_start().first();
        !(modes.structured && modes.batch)
            || match modes.mode_of(&request.head) {
                Ok(Mode::Structured) => begins != Some(&b'['),
                Ok(Mode::Batch) => begins != Some(&b'{'),
                _ => true,
            }
    }

    pub(super) fn check_modes(&self) -> Result<(), BuildError> {
        let modes = self.taken();
        let Modes {
            structured, batch, ..
        } = modes;
        if !(structured || modes.binary || batch) {
            return Err(BuildError::Pack("no mode is named: name one"));
        }
        if modes.plain_json && (modes.binary || !structured) {
            return Err(BuildError::Pack(
                "`PlainJson` is for structured mode without binary mode: in that, `application/json` says that the body is data",
            ));
        }
        if !self.is_claimed(Mode::Binary) || !modes.binary {
            return Ok(());
        }
        if structured || batch {
            return Err(BuildError::Pack(
                "a signature over the body does not say in which mode an event is: \
                 name binary mode alone, or leave it out",
            ));
        }
        if self.interest.is_some() || self.by_type {
            return Err(BuildError::Pack(
                "in binary mode a signature over the body does not cover the type: \
                 leave out `interested_in` and `events_by_type`",
            ));
        }
        Ok(())
    }
}
