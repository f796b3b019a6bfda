//! How deep JSON is nested, counted without recursion.

/// How deep objects and lists may be nested. Free-form JSON is skipped without recursion, so the limit
/// guards those who parse it later.
const MAX_DEPTH: usize = 128;

/// Whether a JSON text nests deeper than 128 levels.
pub(crate) fn is_too_deep(json: &[u8]) -> bool {
    // As many opening brackets are needed as there are levels.
    opening(json) > MAX_DEPTH && depth(json) > MAX_DEPTH
}

/// So many bytes are counted at once: a byte holds the count, and what a vector holds divides it, so that none are left
/// to be counted one by one.
const COUNTED_AT_ONCE: usize = 224;

/// How many `[` and `{` there are, in strings too. Counted in bytes first, which a compiler turns into
/// vector instructions: it costs next to nothing.
fn opening(json: &[u8]) -> usize {
    json.chunks(COUNTED_AT_ONCE)
        .map(|chunk| {
            // Bit 5 is all that the two differ in.
            let count = chunk.iter().fold(0_u8, |count, byte| {
                count.wrapping_add(u8::from(*byte | 0x20 == b'{'))
            });
            usize::from(count)
        })
        .sum()
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
