//! Private keys in PEM (RFC 7468).

use x509_parser::pem::Pem;
use zeroize::Zeroizing;

/// What the first block of a PEM holds, if it is a private key.
pub(super) fn der_of_pem(pem: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let block = Pem::iter_from_buffer(pem).next()?.ok()?;
    let is_private = matches!(&*block.label, "PRIVATE KEY" | "RSA PRIVATE KEY");
    is_private.then(|| Zeroizing::new(block.contents))
}
