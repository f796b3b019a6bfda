//! The framing of protocols around a body: chunks, heads, and the lines of mail.

/// RFC 9112, section 7.1. Line ends may have become LF, and the last chunk may be missing.
pub(super) fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let line = |text: &[u8]| -> Option<(usize, usize)> {
        let end = text.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(text.get(..end)?).ok()?;
        let size = line.split(';').next()?.trim();
        Some((usize::from_str_radix(size, 16).ok()?, end.checked_add(1)?))
    };
    let mut out = Vec::new();
    let mut rest = body;
    while let Some((size, after)) = line(rest) {
        if size == 0 {
            break;
        }
        let end = after.checked_add(size)?;
        out.extend_from_slice(rest.get(after..end)?);
        let behind = rest.get(end..)?;
        rest = behind
            .strip_prefix(b"\r\n")
            .or_else(|| behind.strip_prefix(b"\n"))
            .unwrap_or(behind);
        if rest.is_empty() {
            break;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What stands behind a head of header lines, within the boundary of a MIME part if there is one.
pub(super) fn after_head(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let (head, rest) = text
        .split_once("\r\n\r\n")
        .or_else(|| text.split_once("\n\n"))?;
    let boundary = head.lines().next().filter(|line| line.starts_with("--"));
    let is_start = |line: &str| line.ends_with("HTTP/1.1") || line.starts_with("HTTP/1.1 ");
    let mut lines = head.lines();
    let starts = boundary.is_some() || head.lines().next().is_some_and(is_start);
    if starts {
        lines.next();
    }
    let is_header = |line: &str| {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !lines.clone().all(is_header) || !starts && lines.next().is_none() {
        return None;
    }
    let inner = match boundary {
        Some(boundary) => rest
            .find(&format!("\r\n{boundary}"))
            .or_else(|| rest.find(&format!("\n{boundary}")))
            .and_then(|end| rest.get(..end))?,
        None => rest,
    };
    Some(inner.as_bytes().to_vec())
}

/// RFC 2045, section 6.7.
pub(super) fn of_quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut any = false;
    while let Some((first, after)) = rest.split_first() {
        if *first != b'=' {
            out.push(*first);
            rest = after;
            continue;
        }
        any = true;
        if let Some(behind) = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.strip_prefix(b"\n"))
        {
            rest = behind;
            continue;
        }
        let (digits, behind) = after.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = behind;
    }
    any.then_some(out)
}
