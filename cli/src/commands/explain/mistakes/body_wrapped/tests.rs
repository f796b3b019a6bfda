use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};

use super::{super::super::encoded::MAX_BODY_BYTES, Bodies, Search, related};

const MIB: usize = 1024 * 1024;
/// The bound, and a body more.
const MOST: usize = 128 * MIB + MAX_BODY_BYTES;

/// Text of some kilobytes that stands for 4 MiB. Each `mark` gives another one.
fn bomb(mark: u8) -> String {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    let plain = vec![mark; MAX_BODY_BYTES];
    packed.write_all(&plain).unwrap_or_default();
    BASE64_STANDARD.encode(packed.finish().unwrap_or_default())
}

fn list(texts: &[String]) -> Vec<u8> {
    serde_json::to_vec(texts).unwrap_or_default()
}

#[test]
fn equal_texts_are_inflated_once() {
    let body = list(&vec![bomb(0); 256]);
    let bodies = related(&body);
    // Beside it: the texts, what their base64 says, and the body inside of other things.
    let once = MAX_BODY_BYTES..MAX_BODY_BYTES + 8 * body.len();
    assert!(once.contains(&bodies.made()), "{}", bodies.made());
}

#[test]
fn what_a_body_unfolds_to_is_bounded_however_deep_it_is_nested() {
    let texts: Vec<String> = (0..36).map(bomb).collect();
    let flat = list(&texts);
    let nested = list(&[String::from_utf8_lossy(&flat).into_owned()]);
    for body in [flat, nested] {
        let bodies = related(&body);
        assert!(bodies.is_full());
        assert!(bodies.made() <= MOST, "{}", bodies.made());
        let kept: usize = (0..bodies.len())
            .filter_map(|place| bodies.get(place))
            .map(|(body, _)| body.len())
            .sum();
        assert!(kept <= MOST, "{kept}");
    }
}

#[test]
fn a_stream_that_breaks_counts_as_well() {
    let texts: Vec<String> = (0..36)
        .map(|mark| {
            let packed = BASE64_STANDARD.decode(bomb(mark)).unwrap_or_default();
            let broken = packed.get(..packed.len().saturating_sub(8));
            BASE64_STANDARD.encode(broken.unwrap_or_default())
        })
        .collect();
    let bodies = related(&list(&texts));
    assert!(bodies.is_full() && bodies.made() <= MOST);
}

#[test]
fn a_part_that_becomes_too_long_when_it_is_indented_counts_as_well() {
    let (open, close) = ("[".repeat(100), "]".repeat(100));
    let part = format!("{open}{}0{close}", "0,".repeat(30_000));
    let mut bodies = Bodies::beside(b"");
    let mut search = Search {
        bodies: &mut bodies,
        outer: None,
    };
    // Three of the first texts are indented by two blanks or more.
    search.manners(part.as_bytes(), 9, "", "", "");
    assert!(bodies.made() > 3 * MAX_BODY_BYTES, "{}", bodies.made());
}
