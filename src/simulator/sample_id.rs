//! [`SampleId`]: what makes one sample event another event than the rest.

/// What makes one sample event another event than the rest: 128 bits, in the forms that senders write ids in.
///
/// ```
/// use hookgate::simulator::SampleId;
///
/// let id = SampleId::from_bits(5);
/// assert_eq!(id.hex(), "00000000000000000000000000000005");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleId(u128);

impl SampleId {
    /// Of these bits. Random ones make an event that nobody sent before.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// As UUIDs of version 4 are written (RFC 9562).
    pub fn uuid(self) -> String {
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
    pub fn hex(self) -> String {
        format!("{:032x}", self.0)
    }

    /// A number of at most 15 digits, which every JSON reader keeps exactly.
    pub fn number(self) -> u64 {
        u64::try_from(self.0 % 1_000_000_000_000_000).unwrap_or_default()
    }

    /// An index below `bound`.
    pub fn below(self, bound: usize) -> usize {
        let bound = u128::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from(self.0 % bound).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::SampleId;

    #[test]
    fn a_uuid_is_one_of_version_4() {
        let id = SampleId::from_bits(u128::MAX);
        assert_eq!(id.uuid(), "ffffffff-ffff-4fff-8fff-ffffffffffff");
        assert_eq!(id.number().to_string().len(), 15);
        assert_eq!(id.below(7), (u128::MAX % 7) as usize);
        assert_eq!(SampleId::from_bits(5).below(0), 0);
    }
}
