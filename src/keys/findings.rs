//! What the start-up check says of a ring's public keys.

use super::{Keyring, LiveKeys, live_keys::MAX_TRIALS};
use crate::{
    setup::{Finding, Severity},
    time::UnixTime,
};

impl Keyring {
    /// A certificate has ended or has not begun, or more keys fit one algorithm than are tried. No signature is refused
    /// for a certificate's dates: what counts is the key, and its owner named that.
    pub(crate) fn findings(&self, now: UnixTime) -> Vec<Finding> {
        let ring = self.load();
        let live = LiveKeys::new(&ring, now);
        let dates = live
            .public_keys()
            .filter_map(|(_, key)| key.certificate_dates());
        let of_dates = dates
            .into_iter()
            .find_map(|dates| of_certificate(dates, now));
        of_dates.into_iter().chain(many_keys(live)).collect()
    }
}

fn of_certificate((begin, end): (UnixTime, UnixTime), now: UnixTime) -> Option<Finding> {
    let (code, what, advice) = if end < now {
        (
            "certificate_ended",
            "a certificate of signed requests has ended: the sender may stop to sign with its key",
            "give the sender a new one, and the receiver both meanwhile",
        )
    } else if begin > now {
        (
            "certificate_not_begun",
            "a certificate of signed requests is not valid yet",
            "see whether the clock is right",
        )
    } else {
        return None;
    };
    Some(Finding::new(Severity::Warning, code, what, advice))
}

fn many_keys(live: LiveKeys<'_>) -> Option<Finding> {
    (live.max_for_one_algorithm() > MAX_TRIALS).then(|| {
        Finding::new(
            Severity::Warning,
            "many_public_keys",
            format!(
                "a ring has more than {MAX_TRIALS} public keys for one algorithm: a signature that does not name its key \
                 is tried against the first {MAX_TRIALS} alone"
            ),
            "give keys an end, or have the sender name its keys (`kid`) and give them these names with `with_id`",
        )
    })
}
