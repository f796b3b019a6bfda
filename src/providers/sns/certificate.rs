//! [`Authorities`]: who may have issued a certificate. [`read`]: a certificate as SNS serves it.

use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime as SecondsSinceEpoch};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::pem::Pem;

use super::certificates::CertificateError;
use crate::{
    keys::{JwsAlgorithm, Key, VerifyingKey},
    schemes::CertificateUrl,
    setup::BuildError,
    time::UnixTime,
};

/// The most certificates of one file: that of SNS, and those of its issuers up to an authority.
const MAX_CHAIN: usize = 8;

/// Who may have issued a certificate.
pub(super) enum Authorities {
    /// Whoever answers as SNS's host over TLS.
    Fetch,
    /// These.
    Named(Vec<CertificateDer<'static>>),
}

impl Authorities {
    pub(super) fn read(pem: &[u8]) -> Result<Self, BuildError> {
        const UNFIT: BuildError = BuildError::UnfitKey(
            "the authorities for certificates of Amazon SNS are no certificates in PEM",
        );
        let read = chain(pem, usize::MAX).ok_or(UNFIT)?;
        if read.is_empty() || read.iter().any(|it| anchor_from_trusted_cert(it).is_err()) {
            return Err(UNFIT);
        }
        Ok(Self::Named(read))
    }

    /// Whether one of them has issued the first certificate of `chain`, for a server, and it is valid `now`.
    fn has_issued(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> bool {
        let Self::Named(authorities) = self else {
            return true;
        };
        let anchors = authorities.iter().map(anchor_from_trusted_cert);
        let anchors: Vec<TrustAnchor<'_>> = anchors.filter_map(Result::ok).collect();
        let Some((own, issuers)) = chain.split_first() else {
            return false;
        };
        let Ok(own) = EndEntityCert::try_from(own) else {
            return false;
        };
        let secs = u64::try_from(now.as_secs()).unwrap_or_default();
        let now = SecondsSinceEpoch::since_unix_epoch(std::time::Duration::from_secs(secs));
        own.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            issuers,
            now,
            KeyUsage::server_auth(),
            None,
            None,
        )
        .is_ok()
    }
}

/// The key of the certificate in `pem`, which stands at `url`. Its dates are looked at when it verifies.
pub(super) fn read(
    pem: &[u8],
    url: &str,
    authorities: &Authorities,
    now: UnixTime,
) -> Result<Key, CertificateError> {
    let at = CertificateUrl::read(url).ok_or(CertificateError::Malformed)?;
    let chain = chain(pem, MAX_CHAIN).ok_or(CertificateError::Malformed)?;
    let own = chain.first().ok_or(CertificateError::Malformed)?;
    let key = VerifyingKey::der(own, [JwsAlgorithm::Rs256]).with_id(url);
    if key.validate().is_err() || key.certificate_dates().is_none() {
        return Err(CertificateError::Malformed);
    }
    if !is_in_one_of(own, &at.certificate_names()) {
        return Err(CertificateError::OtherName);
    }
    if !authorities.has_issued(&chain, now) {
        return Err(CertificateError::NotIssued);
    }
    Ok(Key::public(at.id, key))
}

/// Whether the certificate is in one of these names (RFC 6125).
fn is_in_one_of(certificate: &CertificateDer<'_>, names: &[String]) -> bool {
    let Ok(certificate) = EndEntityCert::try_from(certificate) else {
        return false;
    };
    let is_its = |name: &String| {
        let name = ServerName::try_from(name.as_str());
        name.is_ok_and(|name| certificate.verify_is_valid_for_subject_name(&name).is_ok())
    };
    names.iter().any(is_its)
}

/// The certificates of a PEM, which holds nothing else.
fn chain(pem: &[u8], limit: usize) -> Option<Vec<CertificateDer<'static>>> {
    let mut chain = Vec::new();
    for block in Pem::iter_from_buffer(pem) {
        let block = block.ok().filter(|block| block.label == "CERTIFICATE")?;
        if chain.len() >= limit {
            return None;
        }
        chain.push(CertificateDer::from(block.contents));
    }
    Some(chain)
}
