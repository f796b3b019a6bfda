//! What filters escape in a body: quotes by backslashes, and the marks of HTML.

/// PHP's stripslashes.
pub(super) fn without_slashes(text: &str) -> Option<Vec<u8>> {
    if !text.contains("\\\"") && !text.contains("\\'") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    Some(out.into_bytes())
}

/// With the entities of HTML that its marks have.
pub(crate) fn of_html(text: &str) -> Option<Vec<u8>> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut any = false;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';').filter(|(name, _)| name.len() <= 8);
        let character = entity.and_then(|(name, _)| entity_of(name));
        match (character, entity) {
            (Some(character), Some((_, after))) => {
                any = true;
                out.push(character);
                rest = after;
            }
            _ => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    any.then(|| out.into_bytes())
}

fn entity_of(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}
