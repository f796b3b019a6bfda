//! What a sender that signs forms writes.

use sha2::{Digest as _, Sha256};

use super::{SignedForm, form, verify::is_form};
use crate::{request::Head, schemes::ToSign};

/// What a sender writes: the target, and the value of the signature's header.
pub(crate) struct Written {
    pub(crate) target: String,
    pub(crate) signature: String,
}

impl SignedForm {
    /// The header of the signature, in lower case.
    pub(crate) fn header(&self) -> &str {
        self.signature_header.as_str()
    }

    /// # Errors
    ///
    /// When a form has a field that no receiver takes, or a body is no form and no digest has a place.
    pub(crate) fn written(
        &self,
        request: ToSign<'_>,
        secret: &[u8],
    ) -> Result<Written, &'static str> {
        let headers = request.headers.to_vec();
        let head = Head::new(request.method, request.target, &headers);
        let address = &self.address;
        let (behind, target) = if is_form(&head) {
            let fields = form::read(request.body, &self.fields, self.leaves_out_others)?;
            (
                form::signed(&fields).collect::<Vec<_>>().concat(),
                address.target(),
            )
        } else {
            let name = self.body_digest.as_deref();
            let name =
                name.ok_or("the body is no form, and the settings name no place for its digest")?;
            let digest = const_hex::encode(Sha256::digest(request.body));
            let more = format!("{}{name}={digest}", address.joint());
            let target = address.target() + &more;
            (more.into_bytes(), target)
        };
        let pieces = [address.text().as_bytes(), &behind];
        let mac = self.digest.mac(secret, pieces.into_iter());
        Ok(Written {
            target,
            signature: self.encoding.encode(&mac),
        })
    }
}
