//! [`unpacked`]: a body that its sender has compressed after it had signed it (feature `gzip`).

use std::io::Read;

use bytes::Bytes;
use flate2::bufread::GzDecoder;

use super::{Grant, WholeBody};
use crate::verdict::Rejection;

/// Most bytes that one byte may become. gzip makes half of the bodies in `tests/vectors/senders` over 200 bytes less than
/// a third smaller, and none more than 4.9 times. An indented list of 3,000 records with ten members, all `null` but the
/// id, becomes 54 to 123 times smaller, by its names. This is twice that, since a refusal loses the event. Deflate reaches
/// 1,032.
///
/// The receiver's limit bounds what a forged body costs. The ratio bounds how little a stranger pays for it.
const MAX_RATIO: usize = 250;
/// How many bytes are unpacked at a time.
const STEP: usize = 8 * 1024;

/// What `packed` becomes: one member of RFC 1952 and nothing behind it. Both are counted in the grant.
///
/// # Errors
///
/// When it is no such thing, and when it becomes more than `limit` bytes, or [`MAX_RATIO`] times what came: nobody has
/// proved yet who sent it.
pub(crate) fn unpacked(packed: WholeBody, limit: usize) -> Result<WholeBody, Rejection> {
    let WholeBody { bytes, mut grant } = packed;
    let (limit, too_large) = match bytes.len().saturating_mul(MAX_RATIO) {
        most if most < limit => (most, Rejection::UnpackedTooLarge { ratio: MAX_RATIO }),
        _ => (limit, Rejection::BodyTooLarge { limit }),
    };
    let mut decoder = GzDecoder::new(&*bytes);
    let mut step = [0; STEP];
    let mut whole = Vec::new();
    loop {
        let count = decoder
            .read(&mut step)
            .map_err(|_| Rejection::UnsupportedEncoding)?;
        let read = step.get(..count).unwrap_or_default();
        if read.is_empty() {
            break;
        }
        if whole.len().saturating_add(count) > limit {
            return Err(too_large);
        }
        make_room(&mut whole, count, limit, &mut grant)?;
        whole.extend_from_slice(read);
    }
    if !decoder.into_inner().is_empty() {
        return Err(Rejection::UnsupportedEncoding);
    }
    Ok(WholeBody {
        bytes: Bytes::from(whole),
        grant,
    })
}

/// Room for `more`, counted before it is made. It doubles, so that growing copies little.
fn make_room(
    whole: &mut Vec<u8>,
    more: usize,
    limit: usize,
    grant: &mut Grant,
) -> Result<(), Rejection> {
    let needed = whole.len().saturating_add(more);
    let room = whole.capacity();
    if needed <= room {
        return Ok(());
    }
    let next = room.saturating_mul(2).max(needed).min(limit);
    if !grant.grow(next.saturating_sub(room)) {
        return Err(Rejection::Overloaded);
    }
    whole.reserve_exact(next.saturating_sub(whole.len()));
    Ok(())
}
