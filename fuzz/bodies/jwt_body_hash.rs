//! No token makes its reader panic, whatever its claims say, and only what was signed passes.

use std::sync::LazyLock;

use hookgate::{Key, Secret, UnixTime, keys::JwsAlgorithm, pack::{Head, LiveKeys, RawRequest, Scheme}, schemes::{JtiUse, JwtBodyHash, JwtBodyHashConfig}, simulator::{Sent, Signer}};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const ALGORITHMS: [JwsAlgorithm; 1] = [JwsAlgorithm::Hs256];

static KEYS: LazyLock<[Key; 1]> =
    LazyLock::new(|| [Key::new("0", Secret::utf8(SECRET).unwrap())]);

static SCHEMES: LazyLock<Vec<(JwtBodyHash, Signer)>> = LazyLock::new(|| {
    let configs = [
        JwtBodyHashConfig::digest(ALGORITHMS, "s", "/a/sha256", "sha256:hex")
            .prefix("Bearer ")
            .audience("shop")
            .issued_at(),
        JwtBodyHashConfig::detached(ALGORITHMS, "s").unencoded(),
        JwtBodyHashConfig::body(ALGORITHMS).needs_claim("/event").jti(JtiUse::Id),
        JwtBodyHashConfig::member(ALGORITHMS, "/token").claim_is("/sub", "events").expires(),
    ];
    let made = configs.map(|config| {
        let signer = Signer::new(config.clone(), SECRET).unwrap();
        (JwtBodyHash::try_from(config).unwrap(), signer)
    });
    made.into()
});

fn passes(scheme: &JwtBodyHash, headers: &Vec<(String, String)>, body: &[u8]) -> bool {
    let request = RawRequest::new(Head::new("POST", "/", headers), body);
    let _ = scheme.key_name(&request);
    scheme.verify(request, LiveKeys::new(&*KEYS, UnixTime::EPOCH)).is_ok()
}

pub(crate) fn run(text: &[u8]) {
    let (header, body) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &b""[..]),
    };
    let header = String::from_utf8_lossy(header).into_owned();
    for (scheme, signer) in SCHEMES.iter() {
        let headers = vec![("s".to_owned(), header.clone())];
        assert!(!passes(scheme, &headers, body), "nobody signed this");
        // Signed claims of any form, and any body under a token.
        let sent = Sent::post("/", "application/json", body.to_vec());
        if let Ok(signed) = signer.sign(sent, "1", UnixTime::EPOCH) {
            let _ = passes(scheme, &signed.headers, &signed.body);
            let wrong = signed.with_tampered_signature();
            assert!(!passes(scheme, &wrong.headers, &wrong.body), "a forged one");
        }
    }
}
