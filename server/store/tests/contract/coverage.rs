//! Checks that the contract is complete.

use std::fs;

/// The Rust files that lie directly in a folder of this crate, in which cargo starts its tests.
fn sources(folder: &str) -> String {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_method_of_the_port_is_called() {
    let (port, contract) = (sources("src"), sources("tests/contract"));
    let methods: Vec<&str> = port
        .lines()
        .filter_map(|line| line.strip_prefix("    async fn "))
        .filter_map(|line| line.split_once('(').map(|(name, _)| name))
        .collect();
    assert!(
        methods.contains(&"import_restaurant") && methods.len() > 60,
        "{methods:?}"
    );
    let missing: Vec<&str> = methods
        .into_iter()
        .filter(|name| !contract.contains(&format!(".{name}(")))
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:?}");
}
