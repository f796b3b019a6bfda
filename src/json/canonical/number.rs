//! Numbers in the form that ECMAScript gives them.

use super::Refused;

/// Every whole number of so many digits is a double's exact value, written by ECMAScript as it stands.
const EXACT_DIGITS: usize = 15;

/// Writes a number, read as a double, in the form of ECMAScript's `Number::toString` (ECMA-262, section
/// 6.1.6.1.20): the fewest digits that read back as the same double.
pub(super) fn write(number: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let is_small = digits.len() <= EXACT_DIGITS && digits.iter().all(u8::is_ascii_digit);
    if is_small && digits != b"0" {
        out.extend_from_slice(number);
        return Ok(());
    }
    let value: f64 = std::str::from_utf8(number)
        .ok()
        .and_then(|number| number.parse().ok())
        .ok_or(Refused::NotJson)?;
    if !value.is_finite() {
        return Err(Refused::NotFinite);
    }
    // Minus zero is `0` there, as in `JSON.stringify`.
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: &str) -> Result<String, Refused> {
        let mut out = Vec::new();
        write(number.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_have_ecmascripts_form() {
        for (number, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("100e-2", "1"),
            ("1e21", "1e+21"),
            ("1E20", "100000000000000000000"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("999999999999999", "999999999999999"),
            ("9007199254740993", "9007199254740992"),
            ("123456789012345678901", "123456789012345680000"),
            ("5e-324", "5e-324"),
            ("1e-400", "0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ] {
            assert_eq!(written(number).as_deref(), Ok(expected), "{number}");
        }
        assert_eq!(written("1e400"), Err(Refused::NotFinite));
        assert_eq!(written("-1e309"), Err(Refused::NotFinite));
    }
}
