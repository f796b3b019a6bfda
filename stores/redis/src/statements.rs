//! Every command and script of the store. Each touches one key.
//!
//! Scripts run alone on the server, so that reading and writing in one is one step. They get what they
//! compare as arguments and hold no state. `LINGER` stands for [`LINGER`] in milliseconds: as a number in the text it
//! is compared a little faster than as an argument.

use std::time::Duration;

use hookgate::{
    ContentDigest,
    dedup::{End, OwnerToken},
};

use crate::{
    entry::{LINGER, Tag, content_bytes, first_lease, millis},
    script::{Script, Statement},
};

/// Grants the key if its lease has lapsed or was released, else tells what is there.
///
/// ARGV: owner, content, time to live. Returns the attempt, or the entry and its time to live.
/// A key that went between the claim and this script is granted as a first claim.
const TAKE_OVER: &str = r#"
local entry = redis.call('GET', KEYS[1])
local attempt = 1
if entry then
    local tag = entry:sub(1, 1)
    local left = redis.call('PTTL', KEYS[1])
    local free = tag == 'F' or (tag == 'L' and left <= LINGER)
    if not free then
        return {entry, left}
    end
    attempt = struct.unpack('>I4', entry:sub(18, 21))
    if attempt < 4294967295 then attempt = attempt + 1 end
end
redis.call('SET', KEYS[1], 'L' .. ARGV[1] .. struct.pack('>I4', attempt) .. ARGV[2], 'PX', ARGV[3])
return attempt
"#;

/// Ends a running lease of this owner; again, if it did so before.
///
/// ARGV: owner, tag, time to live. Returns 1, or 0 when the lease is lost.
const SETTLE: &str = r#"
local entry = redis.call('GET', KEYS[1])
if not entry or entry:sub(2, 17) ~= ARGV[1] then return 0 end
local tag = entry:sub(1, 1)
if tag ~= 'L' then
    return ((tag == 'F') == (ARGV[2] == 'F')) and 1 or 0
end
if redis.call('PTTL', KEYS[1]) <= LINGER then return 0 end
redis.call('SET', KEYS[1], ARGV[2] .. entry:sub(2), 'PX', ARGV[3])
return 1
"#;

/// Moves the end of a running lease of this owner.
///
/// ARGV: owner, time to live. Returns 1, or 0 when the lease is lost.
const EXTEND: &str = r#"
local entry = redis.call('GET', KEYS[1])
if not entry or entry:sub(1, 17) ~= 'L' .. ARGV[1] then return 0 end
if redis.call('PTTL', KEYS[1]) <= LINGER then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"#;

/// Reads the entry and its time to live in one step.
const LOOK: &str = r#"
return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}
"#;

#[derive(Debug)]
pub(crate) struct Statements {
    take_over: Script,
    settle: Script,
    extend: Script,
    look: Script,
}

impl Statements {
    pub(crate) fn new() -> Self {
        let linger = millis(LINGER).to_string();
        let script = |text: &str| Script::new(text.replace("LINGER", &linger));
        Self {
            take_over: script(TAKE_OVER),
            settle: script(SETTLE),
            extend: script(EXTEND),
            look: script(LOOK),
        }
    }

    /// Claims a key that nobody has touched: answers OK, or nothing.
    pub(crate) fn claim(
        key: &str,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> Statement<'static> {
        Statement::plain("SET", key)
            .bytes(&first_lease(owner, content))
            .text("NX")
            .text("PX")
            .number(lease_lives(lease))
    }

    pub(crate) fn take_over(
        &self,
        key: &str,
        content: Option<&ContentDigest>,
        owner: &OwnerToken,
        lease: Duration,
    ) -> Statement<'_> {
        self.take_over
            .call(key)
            .bytes(owner.as_bytes())
            .bytes(&content_bytes(content))
            .number(lease_lives(lease))
    }

    pub(crate) fn settle(
        &self,
        key: &str,
        owner: &OwnerToken,
        end: End,
        retain: Duration,
    ) -> Statement<'_> {
        let (tag, lives) = match end {
            End::Processed => (Tag::PROCESSED, retain),
            End::Ignored => (Tag::IGNORED, retain),
            End::Rejected => (Tag::REJECTED, retain),
            End::Release => (Tag::RELEASED, LINGER),
        };
        self.settle
            .call(key)
            .bytes(owner.as_bytes())
            .bytes(&[tag])
            .number(millis(lives))
    }

    pub(crate) fn extend(&self, key: &str, owner: &OwnerToken, by: Duration) -> Statement<'_> {
        self.extend
            .call(key)
            .bytes(owner.as_bytes())
            .number(lease_lives(by))
    }

    pub(crate) fn look(&self, key: &str) -> Statement<'_> {
        self.look.call(key)
    }
}

fn lease_lives(lease: Duration) -> u64 {
    millis(lease).saturating_add(millis(LINGER))
}
