#[test]
fn dump() {
    std::fs::write("/tmp/net-small.nft", network::nft::compile(&crate::policies::small())).unwrap();
    for i in 0..30 {
        std::fs::write(format!("/tmp/net-r{i}.nft"), network::nft::compile(&crate::policies::random(i))).unwrap();
    }
}
