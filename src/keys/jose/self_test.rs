//! Whether the cryptography behind signatures works: found out at start.

use std::{panic::catch_unwind, sync::LazyLock};

use super::{JwsAlgorithm, VerifyingKey};
use crate::{keys::Secret, setup::BuildError};

pub(crate) fn self_test() -> Result<(), BuildError> {
    if *BACKEND_WORKS {
        Ok(())
    } else {
        Err(BuildError::UnfitKey(
            "the cryptography behind tokens failed its self-test",
        ))
    }
}

/// The token of RFC 7515, appendix A.1.
const KNOWN_MESSAGE: &[u8] = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const KNOWN_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==";
const KNOWN_SIGNATURE: [u8; 32] = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77,
    105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
];

/// Whether the backend takes a known token and refuses it with one bit changed. Found out at start, once, so that no
/// request is the first to learn it.
static BACKEND_WORKS: LazyLock<bool> = LazyLock::new(|| {
    catch_unwind(|| {
        let Ok(secret) = Secret::base64(KNOWN_KEY) else {
            return false;
        };
        let key = VerifyingKey::secret(&secret, [JwsAlgorithm::Hs256]);
        let verifies =
            |signature: &[u8]| key.verifies(JwsAlgorithm::Hs256, KNOWN_MESSAGE, signature);
        let mut changed = KNOWN_SIGNATURE;
        changed[0] ^= 1;
        verifies(&KNOWN_SIGNATURE) && !verifies(&changed)
    })
    .unwrap_or(false)
});
