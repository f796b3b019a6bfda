//! Ed25519 points that verify what nobody has signed.

/// The `y` of each point of small order, in every encoding that decoders take, without the sign bit of `x`.
const SMALL_ORDER: [[u8; 32]; 7] = [
    // 0: order 4.
    [0; 32],
    // 1: the neutral point.
    with_ends(1, 0, 0),
    // p - 1: order 2.
    with_ends(0xec, 0xff, 0x7f),
    // p and p + 1, which are 0 and 1 again.
    with_ends(0xed, 0xff, 0x7f),
    with_ends(0xee, 0xff, 0x7f),
    // Order 8.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn with_ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Whether `point` is of small order. Under such a key one signature fits many messages. No signer makes such a key, nor a
/// signature that begins with such a point. Refusing both is what libraries call strict verification.
pub(super) fn is_of_small_order(point: &[u8; 32]) -> bool {
    let [y @ .., last] = point;
    SMALL_ORDER
        .iter()
        .any(|[known @ .., known_last]| y == known && last & 0x7f == *known_last)
}
