//! Says to the code that it is under the checker.

fn main() {
    println!("cargo::rustc-cfg=hookgate_shuttle");
    println!("cargo::rerun-if-changed=build.rs");
}
