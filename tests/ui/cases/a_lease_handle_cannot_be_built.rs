use hookgate::{LeaseHandle, dedup::Lease};

fn settle_in(lease: &Lease) {
    // A store is given the lease that was granted, as it is.
    let _ = lease.owner;
    let _ = LeaseHandle::new(lease.clone(), std::time::Duration::ZERO);
}

fn main() {
    let _ = settle_in;
}
