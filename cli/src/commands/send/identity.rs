//! [`Identity`]: the values by which one event differs from all others.

use std::io;

/// Random, so that two runs never send the same event.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    bits: u128,
}

impl Identity {
    pub(crate) fn new() -> io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self {
            bits: u128::from_be_bytes(bytes),
        })
    }

    /// As UUIDs of version 4 are written.
    pub(crate) fn uuid(&self) -> String {
        let hex = self.hex();
        let part = |from, to| hex.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-4{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// 32 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        format!("{:032x}", self.bits)
    }

    /// A number of at most 15 digits, which every JSON reader keeps exactly.
    pub(crate) fn number(&self) -> u64 {
        u64::try_from(self.bits % 1_000_000_000_000_000).unwrap_or_default()
    }

    /// An index below `bound`.
    pub(crate) fn below(&self, bound: usize) -> usize {
        let bound = u128::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from(self.bits % bound).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn a_uuid_is_one_of_version_4() {
        let identity = Identity { bits: u128::MAX };
        assert_eq!(identity.uuid(), "ffffffff-ffff-4fff-8fff-ffffffffffff");
        assert_eq!(identity.number().to_string().len(), 15);
        assert_eq!(identity.below(7), (u128::MAX % 7) as usize);
        assert_eq!(Identity { bits: 5 }.below(0), 0);
    }
}
