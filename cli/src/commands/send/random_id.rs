//! A random [`SampleId`].

use std::io;

use hookgate::simulator::SampleId;

/// Random, so that two runs never send the same event.
pub(super) fn random_id() -> io::Result<SampleId> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(SampleId::from_bits(u128::from_be_bytes(bytes)))
}
