//! [`StoredDelivery`]: request and verdict, as the bytes that an inbox keeps.

use std::{ops::Range, time::Duration};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{
    ProvedBy, StoredCoverage, StoredRequest, StoredVerdict,
    cursor::{Cursor, Writer},
};
use crate::{identity::ContentDigest, time::UnixTime};

/// The number of the format that this release writes. It is stored data: a reader refuses a number that it does not
/// know, and a change of the encoding is another number. Numbers are odd: the even one behind
/// each is the same format encrypted.
pub const FORMAT: u16 = 1;

/// How many bytes of a SHA-256 stand at the end. They find damage. They prove nothing: whoever can write the row can
/// write them too.
const CHECK_BYTES: usize = 16;

/// Bytes that are no stored delivery. Nothing of them is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// Another release wrote them.
    #[error("the stored delivery has a format that this release does not know")]
    UnknownFormat,
    /// They are not what was written.
    #[error("the stored delivery is damaged")]
    Damaged,
}

/// What an inbox keeps of a delivery.
///
/// # The encoding
///
/// Numbers are unsigned and big-endian. A text or byte string stands after its length, 8 bytes. What may be missing
/// stands after one byte, 0 or 1. It begins with [`FORMAT`], 2 bytes, and ends with the first 16 bytes of the SHA-256 of
/// all before them. Nothing may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// The request as it came.
    pub request: StoredRequest,
    /// What was proved of it.
    pub verdict: StoredVerdict,
}

impl StoredDelivery {
    /// As bytes.
    pub fn to_bytes(&self) -> Bytes {
        let mut writer = Writer::with_capacity(self.room());
        writer.short(FORMAT);
        write_request(&mut writer, &self.request);
        write_verdict(&mut writer, &self.verdict);
        let check = check(writer.written());
        writer.raw(&check);
        writer.finish()
    }

    /// About as many bytes as [`to_bytes`](Self::to_bytes) gives, and no fewer but for short texts.
    pub(crate) fn room(&self) -> usize {
        let StoredRequest {
            path,
            query,
            headers,
            body,
            ..
        } = &self.request;
        let covered = match &self.verdict.coverage {
            StoredCoverage::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        let headers = headers
            .iter()
            .map(|(name, value)| (name.len(), value.len()));
        let headers = headers.map(|(name, value)| name.saturating_add(value));
        let query = query.as_ref().map_or(0, |it| it.len());
        let parts = [1024, body.len(), covered, path.len(), query];
        let parts = parts.into_iter().chain(headers);
        parts.fold(0, usize::saturating_add)
    }

    /// Reads them back.
    ///
    /// # Errors
    ///
    /// When they are of another format, or not what was written.
    pub fn from_bytes(bytes: Bytes) -> Result<Self, Unreadable> {
        let mut cursor = Cursor::new(bytes.clone());
        // First, since another format may end otherwise.
        if cursor.short()? != FORMAT {
            return Err(Unreadable::UnknownFormat);
        }
        let end = bytes.len().checked_sub(CHECK_BYTES);
        let end = end.ok_or(Unreadable::Damaged)?;
        let mut content = bytes.clone();
        let written = content.split_off(end);
        if written[..] != check(&content) {
            return Err(Unreadable::Damaged);
        }
        Self::read(content)
    }

    /// `content` is all before the check.
    fn read(content: Bytes) -> Result<Self, Unreadable> {
        let mut cursor = Cursor::new(content);
        cursor.short()?;
        let request = read_request(&mut cursor)?;
        let verdict = read_verdict(&mut cursor, request.body.len())?;
        if !cursor.is_at_end() {
            return Err(Unreadable::Damaged);
        }
        Ok(Self { request, verdict })
    }
}

fn check(content: &[u8]) -> [u8; CHECK_BYTES] {
    let digest: [u8; 32] = Sha256::digest(content).into();
    let mut check = [0; CHECK_BYTES];
    for (to, from) in check.iter_mut().zip(digest) {
        *to = from;
    }
    check
}

fn write_request(writer: &mut Writer, request: &StoredRequest) {
    writer.bytes(request.method.as_bytes());
    writer.bytes(request.path.as_bytes());
    writer.text(request.query.as_deref());
    writer.text(request.authority.as_deref());
    writer.count(request.route_params.len());
    for (name, value) in &request.route_params {
        writer.bytes(name.as_bytes());
        writer.bytes(value.as_bytes());
    }
    writer.count(request.headers.len());
    for (name, value) in &request.headers {
        writer.bytes(name.as_bytes());
        writer.bytes(value);
    }
    writer.bytes(&request.body);
}

fn read_request(cursor: &mut Cursor) -> Result<StoredRequest, Unreadable> {
    Ok(StoredRequest {
        method: cursor.string()?,
        path: cursor.string()?,
        query: cursor.text()?,
        authority: cursor.text()?,
        route_params: cursor.list(|cursor| Ok((cursor.string()?, cursor.string()?)))?,
        headers: cursor.list(|cursor| Ok((cursor.string()?, cursor.bytes()?)))?,
        body: cursor.bytes()?,
    })
}

fn write_verdict(writer: &mut Writer, verdict: &StoredVerdict) {
    writer.bytes(verdict.pack.as_bytes());
    writer.text(verdict.tenant.as_deref());
    writer.byte(verdict.proved_by as u8);
    writer.bytes(verdict.key_id.as_bytes());
    write_coverage(writer, &verdict.coverage);
    writer.text(verdict.signed_id.as_deref());
    writer.option(verdict.sent_at, write_time);
    writer.option(verdict.digest, |writer, digest| {
        writer.raw(digest.as_bytes());
    });
    writer.text(verdict.claimed_type.as_deref());
    write_time(writer, verdict.received_at);
    writer.number(u64::try_from(verdict.retain.as_millis()).unwrap_or(u64::MAX));
    writer.number(verdict.position.into());
}

fn read_verdict(cursor: &mut Cursor, body: usize) -> Result<StoredVerdict, Unreadable> {
    Ok(StoredVerdict {
        pack: cursor.string()?,
        tenant: cursor.text()?,
        proved_by: ProvedBy::read(cursor.byte()?).ok_or(Unreadable::Damaged)?,
        key_id: cursor.string()?,
        coverage: read_coverage(cursor, body)?,
        signed_id: cursor.text()?,
        sent_at: cursor.option(read_time)?,
        digest: cursor.option(|cursor| Ok(ContentDigest::from_bytes(cursor.array()?)))?,
        claimed_type: cursor.text()?,
        received_at: read_time(cursor)?,
        retain: Duration::from_millis(cursor.number()?),
        position: u32::try_from(cursor.number()?).map_err(|_| Unreadable::Damaged)?,
    })
}

fn write_coverage(writer: &mut Writer, coverage: &StoredCoverage) {
    match coverage {
        StoredCoverage::Body => writer.byte(0),
        StoredCoverage::BodyBut { proof, blank } => {
            writer.byte(1);
            write_range(writer, proof);
            writer.bytes(blank);
        }
        StoredCoverage::Part(range) => {
            writer.byte(2);
            write_range(writer, range);
        }
        StoredCoverage::Bytes(bytes) => {
            writer.byte(3);
            writer.bytes(bytes);
        }
    }
}

fn read_coverage(cursor: &mut Cursor, body: usize) -> Result<StoredCoverage, Unreadable> {
    Ok(match cursor.byte()? {
        0 => StoredCoverage::Body,
        1 => StoredCoverage::BodyBut {
            proof: read_range(cursor, body)?,
            blank: cursor.bytes()?,
        },
        2 => StoredCoverage::Part(read_range(cursor, body)?),
        3 => StoredCoverage::Bytes(cursor.bytes()?),
        _ => return Err(Unreadable::Damaged),
    })
}

fn write_range(writer: &mut Writer, range: &Range<usize>) {
    writer.count(range.start);
    writer.count(range.end);
}

/// One that is not of the body covers nothing that came.
fn read_range(cursor: &mut Cursor, body: usize) -> Result<Range<usize>, Unreadable> {
    let (start, end) = (cursor.count()?, cursor.count()?);
    if start > end || end > body {
        return Err(Unreadable::Damaged);
    }
    Ok(start..end)
}

fn write_time(writer: &mut Writer, time: UnixTime) {
    writer.raw(&time.as_millis().to_be_bytes());
}

fn read_time(cursor: &mut Cursor) -> Result<UnixTime, Unreadable> {
    let bytes = cursor.array()?;
    Ok(UnixTime::from_millis(i64::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_outside_of_the_body_are_refused() {
        for (start, end) in [(0, 4), (4, 4), (3, 5), (5, 5), (3, 2), (0, usize::MAX)] {
            let mut writer = Writer::with_capacity(16);
            write_range(&mut writer, &(start..end));
            let read = read_range(&mut Cursor::new(writer.finish()), 4);
            assert_eq!(read.is_ok(), start <= end && end <= 4, "{start}..{end}");
        }
    }

    #[test]
    fn a_count_that_nothing_follows_allocates_nothing() {
        let mut writer = Writer::with_capacity(8);
        writer.number(u64::MAX);
        let bytes = writer.finish();
        let list = Cursor::new(bytes.clone()).list(Cursor::byte);
        assert_eq!(list, Err(Unreadable::Damaged));
        assert_eq!(Cursor::new(bytes).bytes(), Err(Unreadable::Damaged));
    }
}
