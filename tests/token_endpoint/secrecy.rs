//! Nothing shows a secret, and none stays behind.

use hookgate::{
    Secret,
    token::{Client, SigningKey, TokenSimulator},
};

use crate::props::endpoint::{Endpoint, FORM, NOW, token};

#[tokio::test]
async fn nothing_shows_a_secret_or_a_token() {
    let endpoint = Endpoint::of(|builder| {
        let key = SigningKey::secret(&Secret::utf8("c4n4ry-0123456789-0123456789-0123").unwrap());
        builder
            .client(Client::new("unico", "c4n4ry"))
            .signing_key(key.unwrap())
    });
    let simulator = TokenSimulator::client("unico", "c4n4ry");
    let sent = simulator.request(NOW);
    let answer = endpoint
        .post(&[("content-type", FORM)], sent.body.clone())
        .await;
    let shown = format!("{:?} {answer:?} {simulator:?} {sent:?}", endpoint.issuer);
    assert!(
        !shown.contains("c4n4ry") && !shown.contains(&token(&answer)),
        "{shown}"
    );
}

/// Reads this process's own memory, to find what should have been erased.
#[cfg(target_os = "linux")]
mod memory {
    use std::{
        fs::{self, File},
        os::unix::fs::FileExt,
        pin::Pin,
        sync::Arc,
        task::{Context, Poll},
    };

    use bytes::Bytes;
    use hookgate::{
        framework::{BodyBroken, BodySource},
        token::Client,
    };

    use crate::props::endpoint::{Endpoint, FORM};

    /// The needle stands masked here, so that a search finds only what the endpoint left behind.
    const MASK: u8 = 0x55;
    const MASKED: &[u8] = &[
        0x3b, 0x64, 0x65, 0x23, 0x31, 0x30, 0x27, 0x66, 0x38, 0x3c, 0x3b, 0x32, 0x3d, 0x34, 0x3c,
        0x33, 0x66, 0x24, 0x62, 0x2f, 0x2d, 0x2c, 0x36, 0x23,
    ];

    /// The place of a byte in it that is rare in memory: all tests share this process, and each search reads all of its
    /// memory.
    const RARE: usize = 17;

    /// A form with the needle as the value of a parameter that nobody reads.
    fn form() -> Vec<u8> {
        let mut form = Vec::with_capacity(256);
        form.extend_from_slice(b"grant_type=client_credentials&more=");
        form.extend(MASKED.iter().map(|byte| byte ^ MASK));
        form.extend_from_slice(b"&client_id=unico&client_secret=x");
        form
    }

    /// How often the needle stands in memory.
    fn found() -> usize {
        let memory = File::open("/proc/self/mem").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut page = vec![0; 1 << 16];
        let mut found = 0;
        for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
            let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let at = |text: &str| u64::from_str_radix(text, 16).unwrap();
            let mut place = at(from);
            while place < at(to) {
                let read = memory.read_at(&mut page, place).unwrap_or_default();
                let held = &page[..read];
                found += memchr::memchr_iter(MASKED[RARE] ^ MASK, held)
                    .filter_map(|rare| held.get(rare.checked_sub(RARE)?..)?.get(..MASKED.len()))
                    .filter(|window| {
                        window
                            .iter()
                            .map(|byte| byte ^ MASK)
                            .eq(MASKED.iter().copied())
                    })
                    .count();
                page.fill(0);
                if read == 0 {
                    break;
                }
                // The needle may stand across the edge.
                let step = read.saturating_sub(MASKED.len()).max(1);
                place += step as u64;
            }
        }
        found
    }

    fn more() -> Vec<Vec<u8>> {
        vec![vec![b'&'; 200], vec![b'&'; 3000], form()]
    }

    /// A body that arrives in pieces, and breaks off where it is told to.
    struct Pieces(Vec<Vec<u8>>, bool);

    impl BodySource for Pieces {
        fn poll_chunk(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
            let next = self.0.pop().map(|piece| Ok(Bytes::from(piece)));
            Poll::Ready(next.or_else(|| self.1.then_some(Err(BodyBroken))))
        }
    }

    #[tokio::test]
    async fn of_the_body_of_a_token_request_nothing_stays_in_memory() {
        let endpoint = Arc::new(Endpoint::of(|it| it.client(Client::new("unico", "s"))));
        let headers = &[("content-type", FORM)];
        let peer = Some(([203, 0, 113, 7], 1).into());
        let held = form();
        assert!(found() > 0, "it is found where it is");
        drop(
            Bytes::from(held)
                .try_into_mut()
                .map(|mut held| held.fill(0)),
        );
        assert_eq!(found(), 0, "and not where it is not");
        let bodies: [(fn() -> Pieces, u16); 5] = [
            (|| Pieces(vec![form()], false), 401),
            (|| Pieces(more(), false), 401),
            (|| Pieces(vec![form()], true), 400),
            (|| Pieces(more(), true), 400),
            (|| Pieces(vec![vec![b'&'; 40_000], form()], false), 413),
        ];
        for (body, status) in bodies {
            let answer = endpoint.answer(peer, headers, body()).await;
            assert_eq!(answer.status(), status);
            assert_eq!(found(), 0, "after a {status}");
        }
    }
}
