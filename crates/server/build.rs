//! Rebuilds when the page was rebuilt: without this line a release keeps the page it was first built with.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
