//! Every command and script of the store. Each touches one key, but for settles that go together.
//!
//! Scripts run alone on the server, so that reading and writing in one is one step. They get what they compare
//! as arguments and hold no state. `LINGER` stands for [`LINGER`] in milliseconds, `MOST` for the bytes of
//! [`MOST_GIVEN_UP`] tokens. A number in the text is compared a little faster than an argument.
//!
//! # Full memory
//!
//! Under `noeviction` a server whose memory is full refuses `SET`, in a script too, but only as the script's
//! first write. A granted claim must be settled all the same, by a value of the same length. So where `SET` is
//! refused, the script first writes what takes no memory: the end that the key has. All versions have this
//! rule. The flag `allow-oom` in a script's first line, which does the same, is an error before Redis 7.

use std::time::Duration;

use hookgate::{
    dedup::{End, Lease, OwnerToken},
    pack::ContentDigest,
};
use hookgate_store_kit::{
    RowState,
    retention::{MOST_GIVEN_UP, TOKEN_BYTES},
};

use crate::{
    entry::{LINGER, content_bytes, first_lease, lives, plain},
    script::{Script, Statement},
};

/// Grants the key if its lease has lapsed or was released, unless this owner gave it up. Otherwise tells what
/// is there.
///
/// ARGV: owner, content, time to live. Returns the attempt, or the entry and its time to live. Notes which token
/// released it. A key that went between the claim and this script is granted as a first claim.
const TAKE_OVER: &str = r#"
local entry = redis.call('GET', KEYS[1])
local attempt, given_up = 1, ''
if entry then
    local tag = entry:sub(1, 1)
    local left = redis.call('PTTL', KEYS[1])
    local free = tag == 'F' or (tag == 'L' and left <= LINGER)
    if not free or entry:find(ARGV[1], tag == 'F' and 2 or 22, true) then
        return {entry, left}
    end
    attempt = struct.unpack('>I4', entry:sub(18, 21))
    if attempt < 4294967295 then attempt = attempt + 1 end
    given_up = entry:sub(22 + (#entry - 21) % 16)
    local before = entry:sub(2, 17)
    if tag == 'F' and not given_up:find(before, 1, true) then
        if #given_up >= MOST then given_up = given_up:sub(17) end
        given_up = given_up .. before
    end
end
local value = 'L' .. ARGV[1] .. struct.pack('>I4', attempt) .. ARGV[2] .. given_up
redis.call('SET', KEYS[1], value, 'PX', ARGV[3])
return attempt
"#;

/// Marks the running lease of each key's owner as done, also if it did so before.
///
/// ARGV, three for each key: the lease as its claim left it, the mark that takes its place, time to live. Returns 1,
/// or 0 when the lease is lost. For several keys it returns a list of them.
///
/// It writes the mark first and gets what was there in the same command. Almost always that is the lease, and
/// two commands have done it. What else it finds it puts back, with the time that it had: nobody sees what a script
/// has not left behind. An entry that holds more than its lease (content, tokens that gave up) keeps it. A
/// server that refuses the first write has written nothing: its memory is full, or it is older than Redis 6.2 and knows no
/// `SET … GET`.
const SETTLE: &str = r#"
local call, pcall = redis.call, redis.pcall
local function settle(key, lease, mark, lives)
    local left = call('PTTL', key)
    local entry, swapped
    if left > LINGER then
        entry = pcall('SET', key, mark, 'PX', lives, 'GET')
        if entry == lease then return 1 end
        swapped = type(entry) == 'string'
    end
    if not swapped then
        entry = call('GET', key)
        if not entry then return 0 end
    end
    local own = entry:sub(2, 17) == lease:sub(2, 17)
    local tag = entry:sub(1, 1)
    if own and tag == 'L' and left > LINGER then
        if not swapped then call('PEXPIRE', key, left) end
        call('SET', key, mark:sub(1, 1) .. entry:sub(2), 'PX', lives)
        return 1
    end
    if swapped then call('SET', key, entry, 'PX', left) end
    return own and ('PIR'):find(tag, 1, true) and 1 or 0
end
if not KEYS[2] then return settle(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) end
local ends = {}
for n, key in ipairs(KEYS) do
    ends[n] = settle(key, ARGV[3 * n - 2], ARGV[3 * n - 1], ARGV[3 * n])
end
return ends
"#;

/// Ends the running lease of this owner, so that the next claim wins. Where it holds none, notes that it must
/// not be granted the key any more, which a server without memory refuses.
///
/// ARGV: owner. Returns 1: the owner holds nothing.
const RELEASE: &str = r#"
local entry = redis.call('GET', KEYS[1])
if not entry then
    local value = 'F' .. ARGV[1] .. struct.pack('>I4', 0) .. ARGV[1]
    redis.call('SET', KEYS[1], value, 'PX', LINGER)
    return 1
end
local tag = entry:sub(1, 1)
local left = math.max(redis.call('PTTL', KEYS[1]), 1)
if entry:sub(2, 17) == ARGV[1] then
    if tag == 'F' then return 1 end
    if tag == 'L' and left > LINGER then
        local value = 'F' .. entry:sub(2)
        if redis.pcall('SET', KEYS[1], value, 'PX', LINGER).err then
            redis.call('PEXPIRE', KEYS[1], left)
            redis.call('SET', KEYS[1], value, 'PX', LINGER)
        end
        return 1
    end
end
if (tag == 'L' or tag == 'F') and not entry:find(ARGV[1], 22, true) then
    local tokens = 22 + (#entry - 21) % 16
    local given_up = entry:sub(tokens)
    if #given_up >= MOST then given_up = given_up:sub(17) end
    redis.call('SET', KEYS[1], entry:sub(1, tokens - 1) .. given_up .. ARGV[1], 'PX', left)
end
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
    release: Script,
    extend: Script,
    look: Script,
}

impl Statements {
    pub(crate) fn new() -> Self {
        let linger = lives(LINGER).to_string();
        let most = (MOST_GIVEN_UP * TOKEN_BYTES).to_string();
        let script = |text: &str| {
            let text = text.replace("LINGER", &linger).replace("MOST", &most);
            Script::new(text)
        };
        Self {
            take_over: script(TAKE_OVER),
            settle: script(SETTLE),
            release: script(RELEASE),
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
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Statement<'_> {
        if end == End::Release {
            return self.release.call(key).bytes(lease.owner().as_bytes());
        }
        let (owner, state) = (lease.owner(), RowState::of(end));
        self.settle
            .call(key)
            .bytes(&plain(RowState::InProgress, owner, lease.attempt()))
            .bytes(&plain(state, owner, lease.attempt()))
            .number(lives(retain))
            .joining()
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
    lives(lease).saturating_add(lives(LINGER))
}
