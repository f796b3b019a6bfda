//! How deep JSON is nested, counted without recursion.

/// How deep objects and lists may be nested. Free-form JSON is skipped without recursion, so the limit
/// guards those who parse it later.
const MAX_DEPTH: usize = 128;

/// Whether a JSON text nests deeper than 128 levels.
pub(crate) fn is_too_deep(json: &[u8]) -> bool {
    // Bit 5 is all that `[` and `{` differ in. As many are needed as there are levels, and
    // counting them costs next to nothing.
    let opening = json.iter().filter(|byte| **byte | 0x20 == b'{').count();
    opening > MAX_DEPTH && depth(json) > MAX_DEPTH
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
